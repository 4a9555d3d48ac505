import type { TasksError } from '../domain/errors.js';
import type { Job, JobOrigin, JobPatch, JobState, NewJob } from '../domain/job.js';
import type { Declared, DeclaredJob } from '../domain/declared-job.js';
import type {
  Author,
  Backfill,
  Backfilled,
  Conflict,
  Misses,
  PauseJob,
  RunNow,
  SeenJob,
} from '../domain/job-requests.js';
import type { Run } from '../domain/run.js';
import type { TriggerSpec } from '../triggers/trigger-spec.js';
import type { AnyOf, Page, PageQuery, Total } from './page.js';
import type { SqlRunner } from './sql-runner.js';

export interface JobFilter {
  /** Jobs whose id or name contains this text, whatever its case. */
  readonly text?: string;
  readonly task?: string;
  /** Jobs that bear this tag, or any of these. */
  readonly tag?: AnyOf<string>;
  readonly state?: AnyOf<JobState>;
  readonly origin?: AnyOf<JobOrigin>;
  /** Only jobs that have a next fire time. Default: all. */
  readonly planned?: true;
  /** Only jobs whose last run failed, timed out or was abandoned. Default: all. */
  readonly failing?: true;
}

export const JOB_ORDERS = [
  'id',
  'name',
  'nextFireAt',
  'lastFireAt',
  /** What became of the last run that was carried out: failed, timed out, abandoned, succeeded. */
  'lastResult',
  /** How long that took. */
  'lastDuration',
] as const;

export interface JobQuery extends JobFilter, PageQuery {
  /** Jobs that have nothing to be sorted by come last. Default: `id`. */
  readonly order?: (typeof JOB_ORDERS)[number];
  /** `desc` turns the order around. Default: `asc`. */
  readonly direction?: 'asc' | 'desc';
}

/** How a change is made. */
export interface ChangeOptions extends Author {
  /**
   * The caller's transaction, which the change becomes a part of: a TypeORM `EntityManager` on the
   * database of our tables. Default: a transaction of our own.
   */
  readonly manager?: SqlRunner;
  /**
   * The revision at which somebody saw the job, or the job as he saw it, which no other that bears its
   * id later can be. Default: whatever there is. @throws RevisionConflictError
   */
  readonly ifRevision?: number | SeenJob;
  /** Making a job again with the same key answers with the job of the first time. */
  readonly idempotencyKey?: string;
}

/** How many jobs are added: a condition or a key is for one. */
export type AddManyOptions = Omit<ChangeOptions, 'ifRevision' | 'idempotencyKey'>;

export interface Added {
  readonly job: Job;
  /** False: there was one, which was replaced or kept. */
  readonly created: boolean;
}

/** A job that will fire, without what it would take to say when. */
export interface PlannedJob {
  readonly id: string;
  readonly name: string;
  readonly revision: number;
  readonly createdAt: Date;
  /** How many runs it has left; null: no end of them. */
  readonly left: number | null;
}

/** So many are looked at. */
export const MOST_PLANNED = 10_000;

/**
 * Jobs and their plans: what users and declarations change. Each change is one transaction and leaves
 * a row in the audit.
 */
export abstract class JobStore {
  /** @throws JobExistsError, InvalidInputError for a trigger that would never fire */
  abstract add(
    job: NewJob,
    origin: JobOrigin,
    conflict?: Conflict,
    by?: ChangeOptions,
  ): Promise<Added>;
  /**
   * The same for jobs of different ids, in one transaction. What became of each, in their order: one
   * that is refused keeps none of the others from it.
   */
  abstract addMany(
    jobs: readonly NewJob[],
    origin: JobOrigin,
    conflict?: Conflict,
    by?: AddManyOptions,
  ): Promise<readonly (Added | TasksError)[]>;
  /** @param nodeId the node that declares it */
  abstract declare(job: DeclaredJob, nodeId: string): Promise<Declared>;
  abstract get(id: string): Promise<Job | null>;
  abstract list(query: JobQuery): Promise<Page<Job>>;
  /** How many there are, as far as they are counted. */
  abstract count(filter: JobFilter): Promise<Total>;
  /** Those that have a next fire time, by id, up to `MOST_PLANNED`. */
  abstract planned(filter: JobFilter): Promise<readonly PlannedJob[]>;
  /** The triggers of these jobs as they are stored, by job. */
  abstract triggersOf(ids: readonly string[]): Promise<ReadonlyMap<string, TriggerSpec>>;
  /** Of a declared job, what is changed overrides the declaration until it is reset. */
  abstract modify(id: string, patch: JobPatch, by?: ChangeOptions): Promise<Job>;
  /**
   * Gives a declared job another trigger for as long as the processes live that are there. That is no
   * override: the next cold start of the cluster, another declaration and a reset bring back what is
   * declared, and a trigger that overrides the declaration stays in force. Of a job that was made at
   * run time it is a change like any other.
   */
  abstract retime(id: string, trigger: TriggerSpec, by?: ChangeOptions): Promise<Job>;
  /** Forgets what was changed of a declared job. */
  abstract reset(id: string, by?: ChangeOptions): Promise<Job>;
  /** Takes effect at once: once this resolves, no fire and no start of the old plan follows. */
  abstract pause(id: string, pause?: PauseJob, by?: ChangeOptions): Promise<Job>;
  abstract resume(id: string, misses?: Misses, by?: ChangeOptions): Promise<Job>;
  /** The same for many, in a few statements: each job as it is then, or why it was not changed. */
  abstract pauseMany(
    ids: readonly string[],
    pause: PauseJob,
    by?: ChangeOptions,
  ): Promise<ReadonlyMap<string, Job | TasksError>>;
  abstract resumeMany(
    ids: readonly string[],
    misses: Misses,
    by?: ChangeOptions,
  ): Promise<ReadonlyMap<string, Job | TasksError>>;
  abstract resetMany(
    ids: readonly string[],
    by?: ChangeOptions,
  ): Promise<ReadonlyMap<string, Job | TasksError>>;
  /** Each job as it was. */
  abstract removeMany(
    ids: readonly string[],
    by?: ChangeOptions,
  ): Promise<ReadonlyMap<string, Job | TasksError>>;
  abstract runMany(
    ids: readonly string[],
    by?: ChangeOptions,
  ): Promise<ReadonlyMap<string, Run | TasksError>>;
  /**
   * Cancels pending runs, lets running ones end, and keeps the ledger.
   *
   * @throws WrongStateError for what is declared: its declaration would bring it back
   */
  abstract remove(id: string, by?: ChangeOptions): Promise<void>;
  /** Removes every job that was made at run time. How many there were. */
  abstract removeAll(by?: ChangeOptions): Promise<number>;
  /** @throws OverlappedError when the job is at its limit under a policy that does not let it wait. */
  abstract runNow(id: string, ask?: RunNow, by?: ChangeOptions): Promise<Run>;
  /** Runs fire times of the past, each with a row of its own beside that of its fire. */
  abstract backfill(id: string, ask: Backfill, by?: ChangeOptions): Promise<Backfilled>;
}

/** What the leader looks after, beside firing: each is found again until it is done. */
export abstract class JobCare {
  /**
   * Ends pauses that are over; notes since when no live worker knows a job's task or declares it;
   * makes orphans of those for which that has lasted, and revives those whose code has returned;
   * removes finished jobs that nobody keeps.
   *
   * @param judges whether a silent node counts as gone: after an outage every node has been silent.
   *   Default: yes
   * @param stop ends it after the change in hand
   * @returns in how many milliseconds the next pause ends; null: none will; 0: there is more to do
   */
  abstract care(judges?: boolean, stop?: AbortSignal): Promise<number | null>;
}
