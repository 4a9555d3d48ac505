import { jobPolicySchema } from '../domain/job.js';
import { triggerSpecSchema } from '../triggers/trigger-spec.js';
import type { DueJob, DueJobs } from './fire-ledger.js';

/** A due job as it is stored: what its trigger and its policies hold is still to be seen. */
export interface StoredDueJob extends Omit<DueJob, 'trigger' | 'policy'> {
  readonly trigger: unknown;
  readonly policy: Readonly<Record<string, unknown>>;
}

/** A row of a newer version, or one that was edited by hand, must not stop the others. */
export function readDueJob(stored: StoredDueJob): DueJob | DueJobs['unreadable'][number] {
  const { jobId, revision } = stored;
  const policy = jobPolicySchema.safeParse(stored.policy);
  const trigger = triggerSpecSchema.safeParse(stored.trigger);
  if (!policy.success) return { jobId, revision, reason: policy.error.message };
  if (!trigger.success) return { jobId, revision, reason: trigger.error.message };
  return { ...stored, trigger: trigger.data, policy: policy.data };
}
