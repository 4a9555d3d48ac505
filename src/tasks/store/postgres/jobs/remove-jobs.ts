import { beforeAndAfter } from '../../../domain/before-and-after.js';
import { refuseToRemove, undealt } from '../../../domain/job-changes.js';
import { jobOf, type StoredJob } from '../../../domain/job-definition.js';
import type { ChangeOptions } from '../../job-store.js';
import { auditChange } from '../cluster/audit.js';
import type { JobWriter } from './job-writer.js';

/** Jobs are removed so many at once, each batch in a transaction of its own. */
export const REMOVED_AT_ONCE = 500;

/** @throws JobNotFoundError, RevisionConflictError, WrongStateError for what is declared */
export async function removeJob(writer: JobWriter, id: string, by: ChangeOptions): Promise<void> {
  const job = await writer.lock(id, by.ifRevision);
  refuseToRemove(job);
  await remove(writer, job, await writer.now(), by);
}

/** Removes some of the jobs that were made at run time. How many; fewer than asked: they were the last. */
export async function removeSome(writer: JobWriter, by: ChangeOptions): Promise<number> {
  const rows = await writer.sql.query<{ id: string }[]>(
    `SELECT id FROM ${writer.schema.quoted}.jobs WHERE origin = 'api'
     ORDER BY id LIMIT ${REMOVED_AT_ONCE} FOR UPDATE`,
  );
  await writer.lockPlans(rows.map(({ id }) => id));
  const now = await writer.now();
  for (const { id } of rows) await remove(writer, await writer.read(id), now, by);
  return rows.length;
}

async function remove(writer: JobWriter, job: StoredJob, now: Date, by: ChangeOptions) {
  await writer.delete(job, undealt(job, now, 'replaced'));
  const details = beforeAndAfter(jobOf(job), null);
  await auditChange(writer, by, { action: 'job.remove', jobId: job.id, details });
}
