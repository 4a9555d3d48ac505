import type { Log } from './domain/log.js';
import type { TaskRegistry } from './registry/task-registry.js';
import type { JobStore } from './store/job-store.js';

/** Brings what this node's code declares into the store. */
export async function declareJobs(registry: TaskRegistry, jobs: JobStore, log: Log): Promise<void> {
  for (const { job, source } of registry.all()) {
    if (job === null) continue;
    const declared = await jobs.declare(job);
    if (declared === 'taken') {
      log.error(
        `${source} declares the job "${job.id}", but a job of that id was made at run time and is ` +
          `kept. Rename one of them.`,
      );
    } else if (declared !== 'unchanged') {
      log.log(`Job "${job.id}" was ${declared}.`);
    }
  }
}
