import type { Job, JobPatchInput } from '../domain/job.js';
import type { Run } from '../domain/run.js';
import type { TriggerSpec } from '../triggers/trigger-spec.js';
import type { ChangeOptions } from '../store/job-store.js';
import type { Misses, PauseJob, RunNow } from '../domain/job-requests.js';

/**
 * A job as it was read, and what can be done with it. What a method changes is seen in the handle that
 * it returns; this one stays as it was.
 */
export interface JobHandle extends Job {
  modify(patch: JobPatchInput, by?: ChangeOptions): Promise<JobHandle>;
  reschedule(trigger: TriggerSpec, by?: ChangeOptions): Promise<JobHandle>;
  pause(pause?: PauseJob, by?: ChangeOptions): Promise<JobHandle>;
  resume(misses?: Misses, by?: ChangeOptions): Promise<JobHandle>;
  remove(by?: ChangeOptions): Promise<void>;
  runNow(ask?: RunNow, by?: ChangeOptions): Promise<Run>;
}

/** What can be done with jobs, by their ids. */
interface JobCalls {
  modifyJob(id: string, patch: JobPatchInput, by?: ChangeOptions): Promise<JobHandle>;
  rescheduleJob(id: string, trigger: TriggerSpec, by?: ChangeOptions): Promise<JobHandle>;
  pauseJob(id: string, pause?: PauseJob, by?: ChangeOptions): Promise<JobHandle>;
  resumeJob(id: string, misses?: Misses, by?: ChangeOptions): Promise<JobHandle>;
  removeJob(id: string, by?: ChangeOptions): Promise<void>;
  runJob(id: string, ask?: RunNow, by?: ChangeOptions): Promise<Run>;
}

/** The methods are not among its own fields, so the handle is plain data to JSON and to comparisons. */
export function jobHandle(tasks: JobCalls, job: Job): JobHandle {
  const methods: Omit<JobHandle, keyof Job> = {
    modify: (patch, by) => tasks.modifyJob(job.id, patch, by),
    reschedule: (trigger, by) => tasks.rescheduleJob(job.id, trigger, by),
    pause: (pause, by) => tasks.pauseJob(job.id, pause, by),
    resume: (misses, by) => tasks.resumeJob(job.id, misses, by),
    remove: (by) => tasks.removeJob(job.id, by),
    runNow: (ask, by) => tasks.runJob(job.id, ask, by),
  };
  return Object.assign(Object.create(methods) as JobHandle, job);
}
