/**
 * What an engine has counted since it told last, and how it is now. Plain data: it goes from the engine's
 * thread to the main one with each sign of life.
 */
export interface Figures {
  /** By loop: how many of its turns did their work, and how many failed. */
  readonly turns: Counts;
  readonly failures: Counts;
  /** How long each took, in ms: the planner's turns, and the statements that fire and claim. */
  readonly took: { readonly [What in Timed]: readonly number[] };
  /** By what became of it: `ok`, `lost` to another node, or an `error`. */
  readonly renewals: Counts;
  /** Writes of a leader that touched nothing, as its token was not in force or the cluster was paused. */
  readonly refused: number;
  readonly skips: readonly OfJob[];
  /** Runs of lost nodes: `abandoned`, or `requeued`. */
  readonly settled: readonly OfJob[];
  /** The least that was left of the lease when it was renewed, in ms; null: it was not. */
  readonly leaseLeftMs: number | null;
  /** By how much the database's clock is ahead of this node's, as far as is known. */
  readonly clockAheadMs: number;
  readonly pool: PoolUse | null;
}

export type Timed = 'tick' | 'fire' | 'claim';

export type Counts = Readonly<Record<string, number>>;

/** How many of a job, and of what kind. */
export interface OfJob {
  readonly jobId: string;
  readonly kind: string;
  readonly count: number;
}

/** How many connections of a pool are in use, and how many wait for one. */
export interface PoolUse {
  readonly used: number;
  readonly idle: number;
  readonly waiting: number;
  readonly most: number;
}

/** What stands for all jobs that would be too many. */
export const OTHER_JOBS = '__other__';
