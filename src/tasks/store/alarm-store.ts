import type { Alarm } from '../domain/problems/alarms.js';
import type { Problem } from '../domain/problems/situation.js';

/** What one receiver is to be told. */
export interface Notification {
  /** The same each time it is sent. */
  readonly id: string;
  /** The same for the beginning and the end of one alarm. */
  readonly alarmId: string;
  readonly target: string;
  readonly event: 'opened' | 'recovered';
  readonly alarm: Alarm;
  readonly openedAt: Date;
  /** When it was made: it was known then that the alarm had begun or ended. */
  readonly at: Date;
  /** How often it has been sent, this time included. */
  readonly attempts: number;
  /** How old it is, in ms, by the database's clock. */
  readonly ageMs: number;
}

/** Of which alarms somebody wants to be told. */
export interface Wanted {
  readonly severities: readonly Problem['severity'][];
  /** Of a job that fails: not before it has failed so often in a row. */
  readonly failuresInARow: number;
}

/** A node that has taken a notification to send has so long for it, in ms. Then another one takes it. */
export const SENDING_MS = 30_000;

/** No more are taken at once. */
export const MAX_SENT = 20;

/** Whoever was not seen for so many looks was away. */
export const LOOKS_AWAY = 2.5;

/** What was told of an alarm that is over is kept for so long. */
export const KEPT_DAYS = 7;

/**
 * The alarms that are open, and what is to be told of them.
 *
 *   problems ── see ──▶ open ── unseen for a while ──▶ gone
 *                        │                              │      what `tell` finds there is not told yet
 *                        ▼                              ▼
 *                      opened ────── take, send ──── recovered
 *
 * Who looks and who is told are two things: one node of all looks, whichever problems there are; each makes the
 * notifications for its own targets, from what is open and what these were told.
 *
 * What can go wrong, and why it does not:
 *
 * - Nodes have other targets, or other wishes, than the one that looks: during a deploy, or for good. None of them
 *   relies on another to be told, and a target that is new is told of what is open.
 * - Two nodes tell one target at once. Of each alarm, target and event there is one row (unique key).
 * - A node dies: while it looks, and the next one looks; while it sends, and what it has taken comes again, to any
 *   node. A receiver may hear twice, with the same id.
 * - The end overtakes the beginning, or the beginning of the same problem when it comes again. Of one problem and target
 *   the earliest is sent first.
 * - A problem comes and goes. It is over only when nobody has seen it for a while.
 * - More jobs have a problem than are named, and one alarm tells of all. It keeps those of single jobs open, as nobody
 *   knows of each whether it is over; and it is open itself for as long as any of its kind is.
 */
export abstract class AlarmStore {
  /** Whether this node is to look for problems now: one of all does, every so many ms. */
  abstract takeTurn(everyMs: number): Promise<boolean>;
  /**
   * These are there now. One that must last to be told, and was away for longer than two looks, begins anew.
   *
   * @param everyMs how often somebody looks
   */
  abstract see(alarms: readonly Alarm[], everyMs: number): Promise<void>;
  /** What nobody has seen for so long is over. */
  abstract close(unseenForMs: number): Promise<void>;
  /** Makes what these targets are to be told and are not yet. */
  abstract tell(targets: readonly string[], wanted: Wanted): Promise<void>;
  /** Takes what is to be sent to these targets now. */
  abstract take(targets: readonly string[]): Promise<readonly Notification[]>;
  abstract sent(id: string): Promise<void>;
  /** @param againInMs null: it is given up */
  abstract failed(id: string, error: string, againInMs: number | null): Promise<void>;
}
