import { nextOf } from '../../../domain/job-trigger.js';
import type { MemoryDatabase } from '../database.js';
import type { JobRow } from '../rows.js';

/** Plans a job that is fired anew: its first fire time is after `from`, and none before is on record. */
export function postpone(database: MemoryDatabase, jobId: string, from: Date): JobRow | undefined {
  const job = database.jobs.get(jobId);
  if (!job || job.nextFireAt === null) return job;
  const planned = { ...job, nextFireAt: nextOf(job, job.fired, from) };
  database.jobs.set(jobId, planned);
  return planned;
}
