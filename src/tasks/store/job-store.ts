import type {
  Job,
  JobOrigin,
  JobPatch,
  JobPolicy,
  JobState,
  NewJob,
  Overlap,
} from '../domain/job.js';
import type { Run } from '../domain/run.js';
import type { TriggerSpec } from '../triggers/trigger-spec.js';
import type { Page, PageQuery } from './page.js';
import type { SqlRunner } from './sql-runner.js';

/** What a declaration, in code or in the host's configuration, says of its job. */
export interface DeclaredJob extends JobPolicy {
  readonly id: string;
  readonly name: string;
  readonly task: string;
  readonly payload: unknown;
  readonly origin: Exclude<JobOrigin, 'api'>;
  /**
   * When it fires. `interval` without `startAt` begins one period after it is first declared;
   * `start` fires once, so long after each cold start of the cluster.
   */
  readonly trigger: TriggerSpec | { readonly type: 'start'; readonly delayMs: number };
  readonly tags: readonly string[];
  /** Declared, but not to be fired until somebody resumes it. */
  readonly paused: boolean;
  /** Tells an unchanged declaration from a changed one. */
  readonly hash: string;
}

/**
 * What bringing a declaration into the store did. `drifted`: another live node declares a newer one,
 * which stays. `restored`: a cold start ended what `retime` had set. `taken`: a job of that id was made
 * at run time, or by the other kind of declaration.
 */
export type Declared =
  'created' | 'unchanged' | 'replaced' | 'restarted' | 'restored' | 'drifted' | 'revived' | 'taken';

export interface JobQuery extends PageQuery {
  /** Jobs whose id or name contains this text, whatever its case. */
  readonly text?: string;
  readonly task?: string;
  readonly tag?: string;
  readonly state?: JobState;
  /** `nextFireAt`: only jobs that have one, the earliest first. Default: `id`. */
  readonly order?: 'id' | 'nextFireAt';
}

/** How a change is made, and by whom. */
export interface ChangeOptions {
  /**
   * The caller's transaction, which the change becomes a part of: a TypeORM `EntityManager` on the
   * database of our tables. Default: a transaction of our own.
   */
  readonly manager?: SqlRunner;
  /** Who asks, for the audit. Default: the host's code. */
  readonly actor?: string;
  /** Why, for the audit. */
  readonly reason?: string | null;
  /** @throws RevisionConflictError unless the job is at this revision. Default: whatever it is at. */
  readonly ifRevision?: number;
  /** Making a job again with the same key answers with the job of the first time. */
  readonly idempotencyKey?: string;
}

/**
 * What becomes of a new job whose id is taken: it is refused; it gives the job that is there its
 * definition; the other one stays as it is.
 *
 * `replace` leaves the job its ledger, the count of its runs and an operator's pause, and its plan if
 * the trigger is the same. Only a job that was made at run time too can be replaced.
 */
export type Conflict = 'error' | 'replace' | 'keep';

export interface Added {
  readonly job: Job;
  /** False: there was one, which was replaced or kept. */
  readonly created: boolean;
}

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
  /** @param nodeId the node that declares it */
  abstract declare(job: DeclaredJob, nodeId: string): Promise<Declared>;
  abstract get(id: string): Promise<Job | null>;
  abstract list(query: JobQuery): Promise<Page<Job>>;
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
  /** Cancels pending runs, lets running ones end, and keeps the ledger. */
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
