import { jobPolicySchema, type JobPolicy } from './job.js';
import { triggerSpecSchema, type TriggerSpec } from '../triggers/trigger-spec.js';

/** A job as the planner knows it: enough to decide its next fire and to notice any change since. */
export interface DueJob {
  readonly jobId: string;
  readonly task: string;
  readonly trigger: TriggerSpec;
  readonly policy: JobPolicy;
  readonly nextFireAt: Date;
  /** The job's revision and the count of its inserts: a fire that finds others does nothing. */
  readonly revision: number;
  readonly inserts: string;
  /** How many runs its trigger has started, against `maxRuns`. */
  readonly fired: number;
}

/** A job as it was set aside: once it is edited it is looked at again. */
export type DueJobKey = Pick<DueJob, 'jobId' | 'revision'>;

/** One that cannot be read, and why. */
export type UnreadableJob = DueJobKey & { readonly reason: string };

/** A due job as it is stored: what its trigger and its policies hold is still to be seen. */
export interface StoredDueJob extends Omit<DueJob, 'trigger' | 'policy'> {
  readonly trigger: unknown;
  readonly policy: Readonly<Record<string, unknown>>;
}

/** A row of a newer version, or one that was edited by hand, must not stop the others. */
export function readDueJob(stored: StoredDueJob): DueJob | UnreadableJob {
  const { jobId, revision } = stored;
  const policy = jobPolicySchema.safeParse(stored.policy);
  const trigger = triggerSpecSchema.safeParse(stored.trigger);
  if (!policy.success) return { jobId, revision, reason: policy.error.message };
  if (!trigger.success) return { jobId, revision, reason: trigger.error.message };
  return { ...stored, trigger: trigger.data, policy: policy.data };
}
