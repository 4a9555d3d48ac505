import type { Alarm } from '../domain/problems/alarms.js';

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
  /** When it was made: it began or ended then. */
  readonly at: Date;
  /** How often it has been sent, this time included. */
  readonly attempts: number;
  /** How old it is, in ms, by the database's clock. */
  readonly ageMs: number;
}

/** A node that has taken a notification to send has so long for it, in ms. Then another one takes it. */
export const SENDING_MS = 30_000;

/** No more are taken at once. */
export const MAX_SENT = 20;

/**
 * The alarms that are open, and what is to be told of them.
 *
 *   problems ── raise ──▶ open ── unseen for a while ──▶ over
 *                          │ one row for each target      │
 *                          ▼                              ▼
 *                        opened ─────── take, send ── recovered
 *
 * What can go wrong, and why it does not:
 *
 * - Several nodes see the same problem. An alarm has a key, and whoever writes its row first makes its notifications, in
 *   the same statement.
 * - A node dies while it sends. What it has taken comes again, to any node: a receiver may hear twice, with the same id.
 * - The end overtakes the beginning, as that could not be sent. Of one alarm and target the earliest is sent first.
 * - A problem comes and goes. It is over only when nobody has seen it for a while.
 */
export abstract class AlarmStore {
  /** Whether this node is to look for problems now: one of all does, every so many ms. */
  abstract takeTurn(everyMs: number): Promise<boolean>;
  /** These are there now. What was not there before is told to all targets. */
  abstract raise(alarms: readonly Alarm[], targets: readonly string[]): Promise<void>;
  /** What nobody has seen for so long is over; that too is told. */
  abstract recover(unseenForMs: number, targets: readonly string[]): Promise<void>;
  /** Takes what is to be sent to these targets now. */
  abstract take(targets: readonly string[]): Promise<readonly Notification[]>;
  abstract sent(id: string): Promise<void>;
  /** @param againInMs null: it is given up */
  abstract failed(id: string, error: string, againInMs: number | null): Promise<void>;
}
