import { OverlappedError } from '../domain/errors.js';
import type { Log } from '../domain/log.js';
import type { TaskRegistry } from '../registry/task-registry.js';
import type { JobStore } from '../store/job-store.js';

/**
 * Asks for the runs that are wanted whenever a node starts. Asking again in the name of the same start
 * makes no second run.
 */
export async function askForStarts(
  registry: TaskRegistry,
  jobs: JobStore,
  nodeId: string,
  log: Log,
): Promise<void> {
  for (const id of registry.all().flatMap(({ atNodeStart = [] }) => atNodeStart)) {
    try {
      await jobs.runNow(id, { idempotencyKey: `start:${nodeId}` }, { actor: 'code' });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const about = { event: 'job.not-run-at-start', jobId: id, reason };
      if (error instanceof OverlappedError)
        log.log(`"${id}" does not run at this start: it runs already.`, about);
      else log.warn(`"${id}" could not be run at this start: ${reason}`, about);
    }
  }
}
