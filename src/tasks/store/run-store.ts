import type { BriefRun, Run, RunAttempt, RunCause, RunLine, RunState } from '../domain/run.js';
import type { ChangeOptions } from './job-store.js';
import type { AnyOf, Page, PageQuery, Total } from './page.js';

export interface RunFilter {
  readonly job?: AnyOf<string>;
  readonly task?: string;
  readonly node?: string;
  readonly state?: AnyOf<RunState>;
  readonly cause?: AnyOf<RunCause>;
  /** Fire times from this instant on. */
  readonly from?: Date;
  /** Fire times before this instant. */
  readonly to?: Date;
  /** A run's id, or part of its job's id or name or of its error's name or message, in any case. */
  readonly text?: string;
}

export interface RunQuery extends RunFilter, PageQuery {}

export interface LineQuery {
  /** Lines after the one of this id. Default: from the first on. */
  readonly after?: string;
  readonly limit: number;
  /** No more lines after those that make so many characters together. Default: as many as there are. */
  readonly maxChars?: number;
}

/** The latest rows of a job, newest first. */
export interface LatestRuns {
  readonly runs: readonly Run[];
  /** More of them, in brief. */
  readonly brief: readonly BriefRun[];
}

/** The ledger as it is read, newest first, and what can be asked of a run. */
export abstract class RunStore {
  abstract get(id: string): Promise<Run | null>;
  /**
   * Newest first; by fire time where nothing but `from` and `to` narrows it. No page looks through more
   * than a part of the ledger: where little of that fits, it holds less than it may, even nothing, and
   * still says where to go on.
   */
  abstract list(query: RunQuery): Promise<Page<Run>>;
  /** How many there are, as far as they are counted. */
  abstract count(filter: RunFilter): Promise<Total>;
  /**
   * The latest rows of each of these jobs, by job: so many as a whole, and so many in brief. A job without
   * any is left out.
   */
  abstract latestOf(
    jobs: readonly string[],
    whole: number,
    brief: number,
  ): Promise<ReadonlyMap<string, LatestRuns>>;
  /**
   * What is not over of these jobs, by job, newest first: what runs, those whose handlers go on, and of
   * what waits so many for each job as change an answer.
   */
  abstract openOf(jobs: readonly string[]): Promise<ReadonlyMap<string, readonly Run[]>>;
  /**
   * When each of these jobs succeeded last, by job; one that never did is left out. Where that is long ago it
   * is known to the hour only.
   */
  abstract lastSuccesses(jobs: readonly string[]): Promise<ReadonlyMap<string, Date>>;
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
