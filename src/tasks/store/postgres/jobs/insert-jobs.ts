import { beforeAndAfter } from '../../../domain/before-and-after.js';
import type { Job } from '../../../domain/job.js';
import { jobOf, stateOf, type JobChange, type StoredJob } from '../../../domain/job-definition.js';
import { nextOf } from '../../../domain/job-trigger.js';
import type { Author } from '../../../domain/job-requests.js';
import type { ChangeOptions } from '../../job-store.js';
import { Slices } from '../../slices.js';
import { auditJobs } from '../cluster/audit.js';
import { SOON_MS } from '../../wake-ups.js';
import { interval, STAMP } from '../database-time.js';
import { jobText, rawOf, storedJob, WRITTEN } from './job-row.js';
import type { JobWriter } from './job-writer.js';

/** So many jobs are written by one statement. */
const AT_ONCE = 500;

/** So many are made ready, or read, in one go. */
const SLICE = 25;

/** What is due later than that is far: a leader will have read its plan before, whether it was told or not. */
const FAR_MS = 2 * SOON_MS;

const ACTION = 'job.add';

type Maker = Pick<ChangeOptions, keyof Author | 'manager'>;

/** A job as it is made. */
export type MadeJob = Pick<JobChange, 'definition' | 'nextFireAt'>;

/**
 * Inserts jobs with their plans and their rows in the audit, and wakes the leader: one statement for some hundreds of
 * them. Returns those that were made; the ids of the others are taken.
 *
 * An insert waits for whoever is about to remove a job of that id. Fire times that pass meanwhile may be
 * in a row of that job's, so what was planned at `at` is planned anew from the end of the wait; until then it
 * has no plan.
 *
 * The leader need not be told of what is due much later, where the commit comes at once: a transaction of ours with one
 * such statement, whose session ends where it waits longer than the leader reads ahead of time. For the same reason its
 * time cannot pass meanwhile; and where this process is frozen before it sends it, or somebody sets the database's clock,
 * it is overdue like all others, and the leader is told.
 *
 * @param by who makes them, for the audit, and in whose transaction; null: a declaration, of which it tells nothing
 */
export async function insertJobs(
  writer: JobWriter,
  jobs: readonly MadeJob[],
  at: Date,
  by: Maker | null,
): Promise<ReadonlyMap<string, Job>> {
  const inserted: StoredJob[] = [];
  const late: StoredJob[] = [];
  // As all locks of many jobs are taken.
  const sorted = jobs.toSorted((a, b) => (a.definition.id < b.definition.id ? -1 : 1));
  const isBrief = by?.manager === undefined && jobs.length <= AT_ONCE;
  const slices = new Slices(SLICE);
  for (let start = 0; start < sorted.length; start += AT_ONCE) {
    const some = sorted.slice(start, start + AT_ONCE);
    for (const { job, passed } of await insert(writer, some, at, by, isBrief)) {
      if (jobs.length > SLICE) await slices.did(1);
      (passed ? late : inserted).push(storedJob(job));
    }
  }
  const given = new Map(jobs.map((job) => [job.definition.id, job.nextFireAt]));
  inserted.push(...(await plannedAnew(writer, late, given, by)));
  return new Map(inserted.map((job) => [job.id, jobOf(job)]));
}

export const isFar = ({ nextFireAt }: MadeJob, now: Date): boolean =>
  nextFireAt === null || nextFireAt.getTime() - now.getTime() > FAR_MS;

/**
 * $2 jobs · $3 what goes with each: its next fire time, and the details of its row in the audit
 * $4 when they are made · $5 the actor; null: no audit · $6 the reason · $7 the channel
 * $8 whether the commit comes at once
 */
const insertSql = (quoted: string) => {
  const columns = ['id', 'state', ...WRITTEN.map(({ name }) => name)].join(', ');
  return `
  WITH given AS MATERIALIZED (
    SELECT ${columns} FROM jsonb_populate_recordset(NULL::${quoted}.jobs, $2::jsonb)),
  made AS (
    INSERT INTO ${quoted}.jobs (${columns}, created_at, updated_at)
    SELECT ${columns}, $4::timestamptz, $4::timestamptz FROM given ORDER BY id
    ON CONFLICT (id) DO NOTHING
    RETURNING *),
  judged AS MATERIALIZED (
    SELECT m.id, w.next, w.details,
           coalesce(w.next > $4::timestamptz AND w.next <= ${STAMP}
                    AND NOT ($8::boolean AND w.next > $4::timestamptz + ${interval(String(FAR_MS))}),
                    false) AS passed
    FROM made m JOIN jsonb_to_recordset($3::jsonb) AS w (id text, next timestamptz, details jsonb)
      ON w.id = m.id),
  planned AS (
    INSERT INTO ${quoted}.job_plans (job_id, next_fire_at, revision)
    SELECT id, CASE WHEN NOT passed THEN next END, 1 FROM judged
    RETURNING *),
  audited AS (
    INSERT INTO ${quoted}.audit (at, actor, action, job_id, reason, details)
    SELECT ${STAMP}, $5::text, '${ACTION}', id, $6::text, details FROM judged
    WHERE $5::text IS NOT NULL AND NOT passed),
  told AS MATERIALIZED (
    SELECT pg_notify($7, 'jobs') FROM judged
    WHERE NOT $8::boolean OR passed OR next <= ${STAMP} + ${interval(String(FAR_MS))} LIMIT 1)
  SELECT ${jobText} AS job, g.passed
  FROM judged g JOIN made j ON j.id = g.id JOIN planned p ON p.job_id = g.id
    LEFT JOIN told ON true`;
};

function insert(
  writer: JobWriter,
  jobs: readonly MadeJob[],
  at: Date,
  by: Author | null,
  isBrief: boolean,
) {
  const rows = jobs.map(({ definition, nextFireAt }) => ({
    ...rawOf(definition),
    id: definition.id,
    state: stateOf(definition, nextFireAt),
  }));
  const plans = jobs.map(({ definition, nextFireAt }) => ({
    id: definition.id,
    next: nextFireAt,
    details: by && beforeAndAfter(null, asMade(definition, nextFireAt, at)),
  }));
  return writer.query<{ job: string; passed: boolean }>(insertSql(writer.schema.quoted), [
    JSON.stringify(rows),
    JSON.stringify(plans),
    at,
    by && (by.actor ?? 'code'),
    by?.reason ?? null,
    writer.schema.channel,
    isBrief,
  ]);
}

/** What will be read of it. */
function asMade(definition: MadeJob['definition'], nextFireAt: Date | null, at: Date): Job {
  return jobOf({
    ...definition,
    state: stateOf(definition, nextFireAt),
    nextFireAt,
    lastFireAt: null,
    revision: 1,
    fired: 0,
    createdAt: at,
    updatedAt: at,
  });
}

/** Jobs whose first fire time has passed while they were inserted. */
async function plannedAnew(
  writer: JobWriter,
  jobs: readonly StoredJob[],
  given: ReadonlyMap<string, Date | null>,
  by: Author | null,
): Promise<readonly StoredJob[]> {
  if (jobs.length === 0) return [];
  const now = await writer.now();
  const planned = jobs.map((job) => ({
    ...job,
    nextFireAt: nextOf(job, 0, now) ?? given.get(job.id) ?? null,
  }));
  await writer.sql.query(
    `UPDATE ${writer.schema.quoted}.job_plans p SET next_fire_at = v.next
     FROM jsonb_to_recordset($1::jsonb) AS v (id text, next timestamptz) WHERE p.job_id = v.id`,
    [JSON.stringify(planned.map(({ id, nextFireAt }) => ({ id, next: nextFireAt })))],
  );
  if (by) {
    const details = planned.map((job) => ({
      id: job.id,
      details: beforeAndAfter(null, jobOf(job)),
    }));
    await auditJobs(writer, by, { action: ACTION }, details);
  }
  return planned;
}
