import { DISABLED_IN_CODE } from '../domain/declared-job.js';
import type { Job } from '../domain/job.js';
import type { NodeInfo } from '../store/cluster-store.js';

/** The reason that a job has which code has stopped. An operator's pause has another, or none. */
export const STOPPED_BY_CODE = 'stopped by code';

/** Whether code may start the job: what an operator has paused, only operators resume. */
export function isPausedByCode({ paused, pauseReason }: Pick<Job, 'paused' | 'pauseReason'>) {
  return paused && (pauseReason === STOPPED_BY_CODE || pauseReason === DISABLED_IN_CODE);
}

/**
 * Whether a stop by code is over. `CronJob.stop()` lasts as long as its process, so ours lasts as long
 * as one of the processes that were there: once all nodes alive have started after it, it ends.
 */
export function isStopOver(job: Job, nodes: readonly NodeInfo[]): boolean {
  if (!job.paused || job.pauseReason !== STOPPED_BY_CODE) return false;
  return nodes.every(({ alive, startedAt }) => !alive || startedAt > job.updatedAt);
}
