import type { Job } from '../domain/job.js';
import type { Run } from '../domain/run.js';

/**
 * The rows of the in-memory store, with the columns of the real tables. A row is a value: a change
 * puts another in its place, so whoever holds one holds a snapshot.
 */
export interface JobRow extends Job {
  readonly declaredHash: string | null;
  /** Of a job that fires after each cold start: the start for which it was armed last. */
  readonly generation: string | null;
  /** Grows with each run inserted outside of a fire. */
  readonly inserts: number;
}

export interface RunRow extends Run {
  /** Undefined: the job's own. Null is a payload too. */
  readonly payload?: unknown;
  /** A pending run that must wait until its job is resumed. */
  readonly held: 'paused' | null;
}

export interface LockRow {
  readonly fencingToken: number;
  readonly nodeId: string | null;
  readonly acquiredAt: Date | null;
  /** In milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly leaseMs: number;
  readonly hinted: boolean;
  readonly paused: boolean;
  readonly pauseReason: string | null;
  /** Grows with each pause and resume. */
  readonly pauses: number;
  readonly generation: number;
  readonly generationAt: Date | null;
}

export interface TermRow {
  readonly fencingToken: number;
  readonly nodeId: string;
  readonly acquiredAt: Date;
}

export interface PauseRow {
  readonly from: Date;
  readonly to: Date | null;
}

export interface NodeRow {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly roles: readonly string[];
  readonly tasks: readonly string[];
  readonly startedAt: Date;
  readonly heartbeatAt: Date;
  readonly stoppedAt: Date | null;
}
