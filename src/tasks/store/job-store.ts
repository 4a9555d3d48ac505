import type { Job, JobOrigin, JobPolicy, JobState, NewJob } from '../domain/job.js';
import type { Run } from '../domain/run.js';
import type { TriggerSpec } from '../domain/triggers/trigger-spec.js';
import type { Page, PageQuery } from './page.js';

/** What a declaration in code says of its job. */
export interface DeclaredJob extends JobPolicy {
  readonly id: string;
  readonly task: string;
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

/** What bringing a declaration into the store did. */
export type Declared = 'created' | 'unchanged' | 'replaced' | 'restarted' | 'taken';

export interface JobQuery extends PageQuery {
  /** Jobs whose id or name contains this text, whatever its case. */
  readonly text?: string;
  readonly task?: string;
  readonly tag?: string;
  readonly state?: JobState;
}

export interface RunNow {
  /** Instead of the job's own payload. */
  readonly payload?: unknown;
  /** `allow` starts it although the job is at its limit. Default: the job's own policy. */
  readonly overlap?: 'allow';
}

/** Jobs and their plans: what users and declarations change. */
export abstract class JobStore {
  /** @throws JobExistsError */
  abstract add(job: NewJob, origin: JobOrigin): Promise<Job>;
  abstract declare(job: DeclaredJob): Promise<Declared>;
  abstract get(id: string): Promise<Job | null>;
  abstract list(query: JobQuery): Promise<Page<Job>>;
  /** Takes effect at once: once this resolves, no fire and no start of the old plan follows. */
  abstract pause(id: string, reason: string | null): Promise<Job>;
  /** Plans from now on; what was missed while paused is not made up for. */
  abstract resume(id: string): Promise<Job>;
  /** Cancels pending runs, lets running ones end, and keeps the ledger. */
  abstract remove(id: string): Promise<void>;
  /** @throws OverlappedError when the job is at its limit under `overlap: skip`. */
  abstract runNow(id: string, ask: RunNow): Promise<Run>;
}
