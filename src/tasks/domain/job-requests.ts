import type { Overlap } from './job.js';

/** What users ask of jobs. */

/** The job that somebody saw: a job that is made anew under its id begins with the same revisions. */
export interface SeenJob {
  readonly revision: number;
  readonly createdAt: Date;
}

/** Who changes something, and why. */
export interface Author {
  /** Who asks, for the audit. Default: the host's code. */
  readonly actor?: string;
  /** Why, for the audit. */
  readonly reason?: string | null;
  /** The trace that he asks in, as a header `traceparent` has it: a run is linked to it. */
  readonly traceparent?: string | undefined;
}

/**
 * What becomes of a new job whose id is taken: it is refused; it gives the job that is there its
 * definition; the other one stays as it is.
 *
 * `replace` leaves the job its ledger, the count of its runs and an operator's pause, and its plan if
 * the trigger is the same. Only a job that was made at run time too can be replaced.
 */
export type Conflict = 'error' | 'replace' | 'keep';

export interface PauseJob {
  /** For whoever finds it paused. Default: none. */
  readonly reason?: string | null;
  /** When the pause ends by itself. Default: when somebody resumes the job. */
  readonly until?: Date | null;
}

/** What a resumed job makes up for: nothing, or the last fire time that it missed. */
export type Misses = 'skip' | 'once';

export interface RunNow {
  /** Instead of the job's own payload. */
  readonly payload?: unknown;
  /** Instead of the job's own policy: `allow` starts it although the job is at its limit. */
  readonly overlap?: Overlap;
  /** Asking again with the same key answers with the run of the first time. */
  readonly idempotencyKey?: string;
}

export interface Backfill {
  /** The first instant, itself included. */
  readonly from: Date;
  /** The last instant, itself included; not in the future. */
  readonly to: Date;
  /** Default: `buffer-all`, one after the other. `cancel-previous` is refused. */
  readonly overlap: Overlap;
  /** So many fire times at most, the earliest. */
  readonly limit: number;
  /** Only tells what would be done. */
  readonly dryRun: boolean;
}

export interface Backfilled {
  /** Names the runs of this backfill; null for a dry run. */
  readonly backfillId: string | null;
  /** The fire times that are run, or would be. */
  readonly fireTimes: readonly Date[];
  /** How many of them were skipped at once, by the overlap policy. */
  readonly skipped: number;
  /** There are more in the range than the limit. */
  readonly more: boolean;
}
