import { beforeAndAfter } from '../../../domain/before-and-after.js';
import { JobNotFoundError, TasksError } from '../../../domain/errors.js';
import type { Job } from '../../../domain/job.js';
import { jobOf, stateOf, type JobChange, type StoredJob } from '../../../domain/job-definition.js';
import type { ChangeOptions } from '../../job-store.js';
import { STAMP } from '../database-time.js';
import { auditJobs, type AuditEntry } from '../cluster/audit.js';
import { rawOf, selectJobs, storedJob, WRITTEN } from './job-row.js';
import type { JobWriter } from './job-writer.js';

/** What became of each job: as it is now, or why it was not changed. */
export type Edited = ReadonlyMap<string, Job | TasksError>;

/** What is done to each job of a batch, and how the audit names it. */
export interface BatchEdit {
  readonly entry: Pick<AuditEntry, 'action' | 'reason'> & { readonly details?: object };
  readonly decide: (job: StoredJob, now: Date) => JobChange | null | Promise<JobChange | null>;
}

/**
 * The same change of many jobs, by the protocol of `JobWriter` and in its order, in a dozen statements
 * however many there are. A job that refuses stays as it is and keeps none of the others from it.
 */
export async function editBatch(
  writer: JobWriter,
  ids: readonly string[],
  { entry, decide }: BatchEdit,
  by: ChangeOptions,
): Promise<Edited> {
  const there = await writer.lockMany(ids);
  const jobs = await readMany(writer, there);
  const now = await writer.now();
  const edited = new Map<string, Job | TasksError>();
  const changes = new Map<string, JobChange>();
  for (const id of ids) {
    const job = jobs.get(id);
    try {
      if (!job) throw new JobNotFoundError(id);
      const change = await decide(job, now);
      edited.set(id, jobOf(job));
      if (change) changes.set(id, change);
    } catch (error) {
      if (!(error instanceof TasksError)) throw error;
      edited.set(id, error);
    }
  }
  if (changes.size === 0) return edited;
  await applyMany(writer, [...changes.values()]);
  const after = await readMany(writer, [...changes.keys()]);
  const details = [...after].map(([id, job]) => {
    edited.set(id, jobOf(job));
    return {
      id,
      details: { ...entry.details, ...beforeAndAfter(jobOf(jobs.get(id)!), jobOf(job)) },
    };
  });
  await auditJobs(writer, by, entry, details);
  return edited;
}

/** Those of the jobs that there are. */
export async function readMany(
  { sql, schema }: JobWriter,
  ids: readonly string[],
): Promise<ReadonlyMap<string, StoredJob>> {
  const rows = await sql.query<{ job: string }[]>(selectJobs(schema.quoted, 'j.id = ANY ($1)'), [
    ids,
  ]);
  const jobs = rows.map(({ job }) => storedJob(job));
  return new Map(jobs.map((job) => [job.id, job]));
}

/** Writes changes of jobs that are locked, as `JobWriter.apply` writes one. */
async function applyMany(writer: JobWriter, changes: readonly JobChange[]): Promise<void> {
  const { quoted } = writer.schema;
  const skipped = changes.flatMap(({ definition: { id, task }, skipped: range }) =>
    range
      ? [
          {
            job_id: id,
            task,
            reason: range.reason,
            covers_from: range.from,
            covers_to: range.to,
            covers_count: range.count,
          },
        ]
      : [],
  );
  if (skipped.length > 0) {
    await writer.query(
      `INSERT INTO ${quoted}.runs
         (job_id, task, fire_at, run_at, cause, state, reason, covers_from, covers_to,
          covers_count, queued, created_at, finished_at)
       SELECT job_id, task, covers_to, covers_to, 'fired', 'skipped', reason, covers_from, covers_to,
              covers_count, false, ${STAMP}, ${STAMP}
       FROM jsonb_populate_recordset(NULL::${quoted}.runs, $2::jsonb) ORDER BY job_id
       ON CONFLICT DO NOTHING`,
      [JSON.stringify(skipped)],
    );
  }
  const rows = changes.map(({ definition, nextFireAt }) => ({
    ...rawOf(definition),
    id: definition.id,
    state: stateOf(definition, nextFireAt),
  }));
  await writer.query(
    `UPDATE ${quoted}.jobs j
     SET state = v.state, ${WRITTEN.map(({ name }) => `${name} = v.${name}`).join(', ')},
         revision = j.revision + 1, updated_at = ${STAMP}
     FROM jsonb_populate_recordset(NULL::${quoted}.jobs, $2::jsonb) v WHERE j.id = v.id`,
    [JSON.stringify(rows)],
  );
  const plans = changes.map(({ definition: { id }, nextFireAt, skipped: range }) => ({
    id,
    next: nextFireAt,
    last: range?.to ?? null,
  }));
  await writer.sql.query(
    `UPDATE ${quoted}.job_plans p
     SET next_fire_at = v.next, revision = j.revision, last_fire_at = greatest(p.last_fire_at, v.last)
     FROM jsonb_to_recordset($1::jsonb) AS v (id text, next timestamptz, last timestamptz)
     JOIN ${quoted}.jobs j ON j.id = v.id WHERE p.job_id = v.id`,
    [JSON.stringify(plans)],
  );
  const idsOf = (what: JobChange['pending']) =>
    changes.filter(({ pending }) => pending === what).map(({ definition: { id } }) => id);
  await writer.holdPending(idsOf('hold'));
  await writer.releasePending(idsOf('release'));
  await writer.notify('jobs');
}
