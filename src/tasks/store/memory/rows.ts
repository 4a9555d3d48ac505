import type { NodeIdentity } from '../node-roster.js';
import type { Run } from '../../domain/run.js';
import type { StoredJob } from '../../domain/job-definition.js';

/**
 * The rows of the in-memory store, with the columns of the real tables. A row is a value: a change
 * puts another in its place, so whoever holds one holds a snapshot.
 */
export interface JobRow extends StoredJob {
  /** Grows with each run inserted outside of a fire. */
  readonly inserts: number;
}

export interface RunRow extends Run {
  /** Undefined: the job's own. Null is a payload too. */
  readonly payload?: unknown;
  readonly cancelReason: string | null;
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
  readonly how: string;
}

export interface PauseRow {
  readonly from: Date;
  readonly to: Date | null;
}

export interface NodeRow extends Omit<NodeIdentity, 'schemaVersion'> {
  readonly drain: boolean;
  readonly startedAt: Date;
  readonly heartbeatAt: Date;
  readonly stoppedAt: Date | null;
}
