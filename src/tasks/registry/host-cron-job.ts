import { CronJob } from 'cron';
import { jobPolicySchema } from '../domain/job.js';
import type { DeclaredJob } from '../domain/declared-job.js';
import { withHash } from './declaration-hash.js';
import type { RegisteredTask } from './task-registry.js';
import type { TaskHandler } from './task-context.js';
import { specOf } from './trigger-time.js';

/**
 * The task and the job that a host's own `CronJob` becomes when it is added to the registry: its
 * closure runs once for each tick in the whole cluster, on one of the nodes that have added it.
 *
 * @throws InvalidInputError when its time cannot be stored
 */
export function taskOfCronJob(
  name: string,
  job: CronJob,
): RegisteredTask & { readonly job: DeclaredJob } {
  const declared = withHash({
    ...jobPolicySchema.parse({}),
    id: name,
    name,
    task: name,
    payload: null,
    origin: 'declared',
    trigger: specOf(job.cronTime),
    tags: [],
    paused: false,
    disabled: !job.isActive,
  });
  return { name, source: `the CronJob "${name}"`, handler: handlerOf(job), job: declared };
}

/** Ends the timer of a job that a host has started, without telling the host that it is complete. */
export function quiet(job: CronJob): void {
  const { onComplete, waitForCompletion } = job;
  delete job.onComplete;
  // Else it would look for `onComplete` later, when it is there again.
  job.waitForCompletion = false;
  void CronJob.prototype.stop.call(job);
  job.waitForCompletion = waitForCompletion;
  if (onComplete) job.onComplete = onComplete;
}

/** Calls what the job calls at a tick. What that throws reaches its own handler of errors and ours. */
function handlerOf(job: CronJob): TaskHandler {
  const { errorHandler } = job;
  // Else it would not wait for what its callbacks promise.
  job.waitForCompletion = true;
  return async () => {
    let failed: { readonly error: unknown } | null = null;
    job.errorHandler = (error) => {
      failed = { error };
      errorHandler?.(error);
    };
    await CronJob.prototype.fireOnTick.call(job);
    if (failed !== null) throw (failed as { error: unknown }).error;
  };
}
