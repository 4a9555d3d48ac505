import type { TasksEvent } from '../domain/events.js';
import type { Figures } from '../domain/figures.js';
import type { Claim, ClaimedRun, NewRunLine, Outcome, RunProgress } from '../store/run-queue.js';

/** Why a handler should end before its work is done. */
export type AbortReason =
  | { readonly type: 'claim-lost' }
  /** @param why what whoever cancelled it said */
  | { readonly type: 'cancelled'; readonly why: string };

/**
 * All that passes between the engine and the runner: plain data, so that the engine can live in
 * another thread than the handlers.
 */
export type ToRunner =
  | { readonly type: 'claimed'; readonly runs: readonly ClaimedRun[] }
  | { readonly type: 'abort'; readonly claim: Claim; readonly reason: AbortReason }
  /** Its time was over while the runner could do nothing: that is its outcome, whatever comes of it. */
  | { readonly type: 'timed-out'; readonly claim: Claim }
  | { readonly type: 'recorded'; readonly claim: Claim; readonly nextFireAt: Date | null }
  /** The run is no longer this node's: its outcome did not count. */
  | { readonly type: 'refused'; readonly claim: Claim }
  /** It is written that these handlers have ended. */
  | { readonly type: 'noted'; readonly claims: readonly Claim[] }
  | { readonly type: 'leads'; readonly leads: boolean }
  /**
   * With each sign of life: why the database does not answer this node; null: it does. And what was counted
   * since the one before.
   */
  | { readonly type: 'database'; readonly unreachable: string | null; readonly figures?: Figures }
  /** Tasks of active jobs that no live worker knows. */
  | { readonly type: 'unknown-tasks'; readonly tasks: readonly string[] }
  /** Jobs of this node's declarations that nobody declares any more as they are stored. */
  | { readonly type: 'adopt'; readonly jobs: readonly string[] }
  | { readonly type: 'event'; readonly event: TasksEvent };

export type ToEngine =
  /** All tasks that this node can run: some were found after the start. */
  | { readonly type: 'tasks'; readonly tasks: readonly string[] }
  /**
   * @param ahead how many more slots will be free in a moment; who cannot take back what it has passed on does not
   *   count on them
   * @param limits how many more runs of a task may be taken, for tasks that have a limit
   */
  | {
      readonly type: 'slots';
      readonly free: number;
      readonly ahead?: number;
      readonly limits?: Readonly<Record<string, number>>;
    }
  | { readonly type: 'outcome'; readonly outcome: Outcome }
  /** Claimed, but not taken by the runner and never to be. */
  | { readonly type: 'untaken'; readonly claims: readonly Claim[] }
  /** A handler that had run out of time has ended at last. */
  | { readonly type: 'returned'; readonly claim: Claim }
  | { readonly type: 'line'; readonly line: NewRunLine }
  | { readonly type: 'progress'; readonly progress: RunProgress }
  /** @param rows whether anybody wants to hear of each fire time */
  | { readonly type: 'listen'; readonly rows: boolean };
