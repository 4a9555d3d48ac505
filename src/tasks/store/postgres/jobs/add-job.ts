import { beforeAndAfter } from '../../../domain/before-and-after.js';
import { JobExistsError } from '../../../domain/errors.js';
import type { JobOrigin, NewJob } from '../../../domain/job.js';
import { jobOf, newJob } from '../../../domain/job-definition.js';
import { assertRevision, supplanted } from '../../../domain/job-edits.js';
import type { Added, ChangeOptions } from '../../job-store.js';
import type { Conflict } from '../../../domain/job-requests.js';
import { auditChange } from '../cluster/audit.js';
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

/**
 * Adds a job, or does with the one of its id what is asked for.
 *
 * Whether there is one is decided by the insert. Of several that add the same job at once the others
 * wait for the first, and then find it. What they find may be removed before they have its lock; then
 * there is none, and they begin again.
 *
 * @throws JobExistsError, and with a revision JobNotFoundError, RevisionConflictError
 */
async function addJob(
  writer: JobWriter,
  job: NewJob,
  origin: JobOrigin,
  conflict: Conflict,
  by: ChangeOptions,
): Promise<Added> {
  const { id } = job;
  // Who names a revision wants to replace that one, and to make none.
  if (by.ifRevision !== undefined) await writer.lock(id, by.ifRevision);
  for (;;) {
    const now = await writer.now();
    if (await writer.insert(newJob(job, origin, now), now)) {
      const made = jobOf(await writer.read(id));
      const details = beforeAndAfter(null, made);
      await auditChange(writer, by, { action: 'job.add', jobId: id, details });
      return { job: made, created: true };
    }
    if (conflict === 'error') throw new JobExistsError(id);
    const before = conflict === 'keep' ? await writer.find(id) : await writer.lockIfThere(id);
    if (before === null) continue;
    if (conflict === 'keep') return { job: jobOf(before), created: false };
    assertRevision(before, by.ifRevision);
    await writer.apply(supplanted(before, job, origin, await writer.now()));
    const after = jobOf(await writer.read(id));
    const details = beforeAndAfter(jobOf(before), after);
    await auditChange(writer, by, { action: 'job.replace', jobId: id, details });
    return { job: after, created: false };
  }
}
