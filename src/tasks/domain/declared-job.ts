import type { JobOrigin, JobPolicy } from './job.js';
import type { TriggerSpec } from '../triggers/trigger-spec.js';

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
  /**
   * Not to be run by the node that declares it so. That changes nothing for nodes that do run it, so it
   * is no part of the hash.
   */
  readonly disabled: boolean;
  /** Tells an unchanged declaration from a changed one. */
  readonly hash: string;
}

/**
 * What bringing a declaration into the store did. `drifted`: another live node declares a newer one,
 * which stays. `restored`: a cold start ended what `retime` had set. `taken`: a job of that id was made
 * at run time, or by the other kind of declaration. `disabled`: no live node is to run it, so it is paused.
 * `enabled`: one is again.
 */
export type Declared =
  | 'created'
  | 'unchanged'
  | 'replaced'
  | 'restarted'
  | 'restored'
  | 'drifted'
  | 'revived'
  | 'taken'
  | 'disabled'
  | 'enabled';

/** In the place of a hash: the node declares the job, and is not to run it. */
export const DISABLED_HERE = 'disabled';

/** The reason of a pause that a declaration makes. */
export const DISABLED_IN_CODE = 'disabled in code';
