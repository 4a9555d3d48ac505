import { beforeAndAfter } from '../../../domain/before-and-after.js';
import { JobExistsError } from '../../../domain/errors.js';
import type { JobOrigin, NewJob } from '../../../domain/job.js';
import { newJob } from '../../../domain/job-definition.js';
import { supplanted } from '../../../domain/job-edits.js';
import type { Conflict } from '../../../domain/job-requests.js';
import type { ChangeOptions } from '../../job-store.js';
import type { MemoryDatabase } from '../database.js';
import { seen } from './edit-job.js';
import { MemoryJobWriter } from './job-writer.js';

/**
 * Adds a job, or does with the one of its id what is asked for.
 *
 * @returns whether it was made, now or when the key was used first
 * @throws JobExistsError, IdempotencyConflictError, RevisionConflictError
 */
export function addJob(
  database: MemoryDatabase,
  job: NewJob,
  origin: JobOrigin,
  conflict: Conflict,
  by: ChangeOptions,
): boolean {
  const { idempotencyKey: key } = by;
  if (key === undefined) return put(database, job, origin, conflict, by);
  let created = true;
  database.answers.once('job.add', key, { job, origin, conflict }, () => {
    created = put(database, job, origin, conflict, by);
    return job.id;
  });
  return created;
}

function put(
  database: MemoryDatabase,
  job: NewJob,
  origin: JobOrigin,
  conflict: Conflict,
  by: ChangeOptions,
): boolean {
  const writer = new MemoryJobWriter(database);
  const { id: jobId } = job;
  if (by.ifRevision !== undefined) writer.row(jobId, by.ifRevision);
  // What is kept need not be what could be made now: its date may have passed.
  if (conflict === 'keep' && database.jobs.has(jobId)) return false;
  const now = database.now();
  const made = newJob(job, origin, now);
  if (!database.jobs.has(jobId)) {
    writer.insert(made);
    const details = beforeAndAfter(null, seen(writer.row(jobId)));
    database.audit.write({ action: 'job.add', jobId, details }, by);
    return true;
  }
  if (conflict === 'error') throw new JobExistsError(jobId);
  const before = writer.row(jobId, by.ifRevision);
  const seenBefore = seen(before);
  writer.apply(before, supplanted(before, job, origin, now));
  const details = beforeAndAfter(seenBefore, seen(writer.row(jobId)));
  database.audit.write({ action: 'job.replace', jobId, details }, by);
  return false;
}
