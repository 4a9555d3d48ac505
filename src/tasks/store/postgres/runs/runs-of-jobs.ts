import type { BriefRun, Run } from '../../../domain/run.js';
import { MAX_WAITING } from '../../../domain/why/circumstances.js';
import type { LatestRuns } from '../../run-store.js';
import { CLOCK } from '../database-time.js';
import type { SchemaName } from '../schema-name.js';
import { Slices } from '../../slices.js';
import type { SqlRunner } from '../../sql-runner.js';
import { runOf, runText } from './read-run.js';

type Brief = readonly [
  id: string,
  state: BriefRun['state'],
  reason: string | null,
  cause: BriefRun['cause'],
  fireAt: string,
  runAt: string,
  startedAt: string | null,
  finishedAt: string | null,
];

const BRIEF =
  'r.id::text, r.state, r.reason, r.cause, r.fire_at, r.run_at, r.started_at, r.finished_at';

/** So many rows are read in one go, of which one that is whole counts five times. */
const SLICE = 500;

/** So many of a job's latest rows are looked at for its last success. */
const LATEST = 20;

/** Of those that came before the last one, who has progress is still at work. */
const TELLS = `(r.state = 'running' OR (r.nth = 1 AND r.state <> 'pending'))`;

/** The latest rows of many jobs, each row read once: the end of one index for each job. */
export async function latestRunsOf(
  sql: SqlRunner,
  schema: SchemaName,
  jobs: readonly string[],
  whole: number,
  brief: number,
): Promise<ReadonlyMap<string, LatestRuns>> {
  const rows = await sql.query<{ job: string; nth: number; run: string | null; brief: string }[]>(
    `SELECT j.id AS job, r.nth, CASE WHEN r.nth <= $2 THEN ${runText(schema, TELLS)} END AS run,
            json_build_array(${BRIEF})::text AS brief
     FROM unnest($1::text[]) j (id) CROSS JOIN LATERAL (
       SELECT r.*, (row_number() OVER (ORDER BY r.id DESC))::int AS nth FROM (
         SELECT * FROM ${schema.quoted}.runs
         WHERE job_id = j.id ORDER BY id DESC LIMIT $3::int) r) r
     ORDER BY j.id, r.nth`,
    [jobs, whole, Math.max(whole, brief)],
  );
  const found = new Map<string, { runs: Run[]; brief: BriefRun[] }>();
  const slices = new Slices(SLICE);
  for (const row of rows) {
    await slices.did(row.run === null ? 1 : 5);
    const of = found.get(row.job) ?? { runs: [], brief: [] };
    if (row.run !== null) of.runs.push(runOf(row.run));
    if (row.nth <= brief) of.brief.push(briefOf(JSON.parse(row.brief) as Brief));
    found.set(row.job, of);
  }
  return found;
}

/**
 * What is not over of many jobs. What runs is little in the whole cluster, so it is not looked for job by
 * job: that would pass over all that waits.
 */
export async function openRunsOf(
  sql: SqlRunner,
  schema: SchemaName,
  jobs: readonly string[],
): Promise<ReadonlyMap<string, readonly Run[]>> {
  const { quoted } = schema;
  const rows = await sql.query<{ job: string; run: string }[]>(
    `WITH going AS MATERIALIZED (
       SELECT id FROM ${quoted}.runs WHERE state = 'running'
       UNION SELECT id FROM ${quoted}.runs WHERE handler_alive),
     waiting AS (
       SELECT r.id FROM unnest($1::text[]) j (id) CROSS JOIN LATERAL (
         SELECT id FROM ${quoted}.runs
         WHERE job_id = j.id AND state = 'pending'
           AND (state IN ('pending', 'running') OR handler_alive)
         ORDER BY coalesce(held, '') LIMIT ${MAX_WAITING}) r)
     SELECT r.job_id AS job, ${runText(schema)} AS run
     FROM (SELECT id FROM going UNION SELECT id FROM waiting) o JOIN ${quoted}.runs r ON r.id = o.id
     WHERE r.job_id = ANY ($1::text[])
     ORDER BY r.id DESC`,
    [jobs],
  );
  const found = new Map<string, Run[]>();
  for (const { job, run } of rows) found.set(job, [...(found.get(job) ?? []), runOf(run)]);
  return found;
}

/**
 * When each of these jobs succeeded last. Where the latest rows hold no success, it is known to the hour only:
 * the end of that hour, so that nobody is called too early.
 */
export async function lastSuccessesOf(
  sql: SqlRunner,
  { quoted }: SchemaName,
  values: readonly [bound: unknown, jobs: readonly string[]],
): Promise<ReadonlyMap<string, Date>> {
  const rows = await sql.query<{ id: string; at: Date | null }[]>(
    `SELECT j.id, coalesce(
       (SELECT max(r.finished_at) FROM (
          SELECT state, finished_at FROM ${quoted}.runs
          WHERE job_id = j.id ORDER BY id DESC LIMIT ${LATEST}) r
        WHERE r.state = 'succeeded'),
       (SELECT least(h.hour + interval '1 hour', ${CLOCK}) FROM ${quoted}.run_hours h
        WHERE h.job_id = j.id AND h.state = 'succeeded' ORDER BY h.hour DESC LIMIT 1)) AS at
     FROM unnest($2::text[]) j (id)`,
    [...values],
  );
  return new Map(rows.flatMap(({ id, at }) => (at === null ? [] : [[id, at] as const])));
}

const briefOf = ([
  id,
  state,
  reason,
  cause,
  fireAt,
  runAt,
  startedAt,
  finishedAt,
]: Brief): BriefRun => ({
  id,
  state,
  reason,
  cause,
  fireAt: new Date(fireAt),
  runAt: new Date(runAt),
  startedAt: startedAt === null ? null : new Date(startedAt),
  finishedAt: finishedAt === null ? null : new Date(finishedAt),
});
