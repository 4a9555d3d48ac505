import type { Run, RunAttempt, RunCause, RunLine, RunState } from '../domain/run.js';
import type { ChangeOptions } from './job-store.js';
import type { Page, PageQuery } from './page.js';

export interface RunQuery extends PageQuery {
  readonly job?: string;
  readonly task?: string;
  readonly node?: string;
  readonly state?: RunState;
  readonly cause?: RunCause;
  /** Fire times from this instant on. */
  readonly from?: Date;
  /** Fire times before this instant. */
  readonly to?: Date;
}

export interface LineQuery {
  /** Lines after the one of this id. Default: from the first on. */
  readonly after?: string;
  readonly limit: number;
}

/** The ledger as it is read, newest first, and what can be asked of a run. */
export abstract class RunStore {
  abstract get(id: string): Promise<Run | null>;
  abstract list(query: RunQuery): Promise<Page<Run>>;
  /** The attempts before the last one, in order. */
  abstract attempts(id: string): Promise<readonly RunAttempt[]>;
  /** What the run has logged, in order. */
  abstract lines(id: string, query: LineQuery): Promise<readonly RunLine[]>;
  /**
   * Ends a run: at once if it has not started, else by the signal of its handler.
   *
   * @throws RunNotFoundError, WrongStateError for one that has ended
   */
  abstract cancel(id: string, by?: ChangeOptions): Promise<Run>;
  /**
   * Runs again what a run that has ended was to do, as a new run.
   *
   * @throws RunNotFoundError, WrongStateError, OverlappedError, JobNotFoundError
   */
  abstract retry(id: string, by?: ChangeOptions): Promise<Run>;
}
