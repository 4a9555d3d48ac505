import type { JobOrigin, NewJob } from '../../../domain/job.js';
import { jobOf } from '../../../domain/job-definition.js';
import type { Added, ChangeOptions } from '../../job-store.js';
import type { Conflict } from '../../../domain/job-requests.js';
import { addJob } from './add-job.js';
import { answerOnce } from './answer-once.js';
import type { JobWriter } from './job-writer.js';

/**
 * Adds a job, or answers with the one that was added when the key was used first.
 *
 * @throws JobExistsError, IdempotencyConflictError, JobNotFoundError when it was removed since
 */
export async function addOnce(
  writer: JobWriter,
  job: NewJob,
  origin: JobOrigin,
  conflict: Conflict,
  by: ChangeOptions,
): Promise<Added> {
  const { idempotencyKey: key } = by;
  if (key === undefined) return addJob(writer, job, origin, conflict, by);
  const made: Added[] = [];
  const once = { scope: 'job.add', key, request: { job, origin, conflict } };
  const id = await answerOnce(writer, once, async () => {
    made.push(await addJob(writer, job, origin, conflict, by));
    return job.id;
  });
  return made[0] ?? { job: jobOf(await writer.read(id)), created: true };
}
