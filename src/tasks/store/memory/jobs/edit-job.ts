import { beforeAndAfter } from '../../../domain/before-and-after.js';
import type { Job, JobPatch } from '../../../domain/job.js';
import { refuseToResume } from '../../../domain/declaration.js';
import { DISABLED_IN_CODE } from '../../../domain/declared-job.js';
import { paused, refuseToRemove, resumed, undealt } from '../../../domain/job-changes.js';
import { jobOf, type JobChange, type StoredJob } from '../../../domain/job-definition.js';
import { modified, reset, retimed } from '../../../domain/job-edits.js';
import type { Misses, PauseJob } from '../../../domain/job-requests.js';
import { whyUnreadable } from '../../../domain/unreadable.js';
import type { TriggerSpec } from '../../../triggers/trigger-spec.js';
import type { ChangeOptions } from '../../job-store.js';
import type { AuditEntry } from '../cluster/audit.js';
import type { MemoryDatabase } from '../database.js';
import type { JobRow } from '../rows.js';
import { generationOf, isDisabledEverywhere } from './declare-job.js';
import { MemoryJobWriter } from './job-writer.js';

/** A change of one job, and how the audit names it. */
export interface JobEdit {
  readonly entry: AuditEntry;
  /** Null: nothing is written. */
  readonly decide: (job: StoredJob, now: Date, database: MemoryDatabase) => JobChange | null;
}

export const modifying = (patch: JobPatch): JobEdit => ({
  entry: { action: 'job.modify' },
  decide: (job, now) => modified(job, patch, now),
});

export const retiming = (trigger: TriggerSpec): JobEdit => ({
  entry: { action: 'job.retime' },
  decide: (job, now, database) =>
    retimed(job, trigger, generationOf(database)?.generation ?? null, now),
});

export const RESETTING: JobEdit = { entry: { action: 'job.reset' }, decide: reset };

export const pausing = (pause: PauseJob): JobEdit => ({
  entry: { action: 'job.pause', reason: pause.reason ?? null },
  decide: (job, now) => paused(job, pause, now),
});

export const resuming = (misses: Misses): JobEdit => ({
  entry: { action: 'job.resume', details: { misses } },
  decide: (job, now, database) => {
    if (!job.paused) return null;
    if (job.pauseReason === DISABLED_IN_CODE && isDisabledEverywhere(database, job.id))
      refuseToResume(job);
    return resumed(job, misses, now);
  },
});

/** @throws JobNotFoundError, RevisionConflictError, and what the edit throws */
export function editJob(
  database: MemoryDatabase,
  jobId: string,
  { entry, decide }: JobEdit,
  by: ChangeOptions = {},
): Job {
  const writer = new MemoryJobWriter(database);
  const job = writer.row(jobId, by.ifRevision);
  const change = decide(job, database.now(), database);
  const before = seen(job);
  if (change === null) return before;
  writer.apply(job, change);
  const after = seen(writer.row(jobId));
  const details = { ...(entry.details as object | undefined), ...beforeAndAfter(before, after) };
  database.audit.write({ ...entry, jobId, details }, by);
  return after;
}

/** @throws JobNotFoundError, RevisionConflictError, WrongStateError for what is declared */
export function removeJob(database: MemoryDatabase, jobId: string, by: ChangeOptions = {}): void {
  const writer = new MemoryJobWriter(database);
  const job = writer.row(jobId, by.ifRevision);
  refuseToRemove(job);
  writer.delete(job, undealt(job, database.now(), 'replaced'));
  database.audit.write(
    { action: 'job.remove', jobId, details: beforeAndAfter(jobOf(job), null) },
    by,
  );
}

/** A job as its users see it. */
export function seen({ inserts: _inserts, ...job }: JobRow): Job {
  return jobOf(whyUnreadable(job) === null ? job : { ...job, state: 'unreadable' });
}
