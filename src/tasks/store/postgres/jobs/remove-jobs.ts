import { beforeAndAfter } from '../../../domain/before-and-after.js';
import { JobNotFoundError, TasksError } from '../../../domain/errors.js';
import type { Job } from '../../../domain/job.js';
import { refuseToRemove, undealt } from '../../../domain/job-changes.js';
import { jobOf, type StoredJob } from '../../../domain/job-definition.js';
import type { ChangeOptions } from '../../job-store.js';
import { auditChange } from '../cluster/audit.js';
import type { Edited } from './job-batch.js';
import type { JobWriter } from './job-writer.js';

/** Where all are removed, so many are in one transaction. */
export const REMOVED_AT_ONCE = 500;

/** @throws JobNotFoundError, RevisionConflictError, WrongStateError for what is declared */
export async function removeJob(writer: JobWriter, id: string, by: ChangeOptions): Promise<void> {
  const job = await writer.lock(id, by.ifRevision);
  refuseToRemove(job);
  await remove(writer, job, await writer.now(), by);
}

/** Removes many jobs: each as it was, or why it stays. */
export async function removeBatch(
  writer: JobWriter,
  ids: readonly string[],
  by: ChangeOptions,
): Promise<Edited> {
  const there = new Set(await writer.lockMany(ids));
  const now = await writer.now();
  const removed = new Map<string, Job | TasksError>();
  for (const id of ids) {
    try {
      if (!there.has(id)) throw new JobNotFoundError(id);
      const job = await writer.read(id);
      refuseToRemove(job);
      await remove(writer, job, now, by);
      removed.set(id, jobOf(job));
    } catch (error) {
      if (!(error instanceof TasksError)) throw error;
      removed.set(id, error);
    }
  }
  return removed;
}

/** The next ones of those that were made at run time. How many they were. */
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
  await auditChange(writer, by, {
    action: 'job.remove',
    jobId: job.id,
    details: beforeAndAfter(jobOf(job), null),
  });
}
