import type { Job } from '../../../domain/job.js';
import { pageOf } from '../../cursor.js';
import { RESULTS } from '../../../domain/outcomes.js';
import { jobOf } from '../../../domain/job-definition.js';
import { keyOf, placeOf, type Order } from '../../job-query.js';
import { MOST_PLANNED, type JobFilter, type JobQuery, type PlannedJob } from '../../job-store.js';
import { listOf, MOST_COUNTED, totalOf, type Page, type Total } from '../../page.js';
import { Slices } from '../../slices.js';
import type { SqlRunner } from '../../sql-runner.js';
import { containing } from '../runs/run-parts.js';
import { endedLately, LAST } from '../sums/ended-lately.js';
import { jobText, storedJob } from './job-row.js';

/** So many jobs are read in one go: each is checked for what this version cannot read of it. */
const SLICE = 25;

interface Sorting {
  /** Null: by the id alone. */
  readonly by: string | null;
  readonly type: string;
  /** Whether it takes what became of the last runs. */
  readonly outcomes?: true;
}

const RANKED = `ARRAY[${RESULTS.map((result) => `'${result}'`).join(', ')}]`;

/** What is sorted by, and how its value in a cursor is read. What is counted is of less weight than what is not yet. */
const SORTED: Readonly<Record<Order, Sorting>> = {
  id: { by: null, type: '' },
  name: { by: 'lower(j.name)', type: 'text' },
  nextFireAt: { by: 'p.next_fire_at', type: 'timestamptz' },
  lastFireAt: { by: 'p.last_fire_at', type: 'timestamptz' },
  lastResult: {
    by: `array_position(${RANKED}, coalesce(l.state, o.last_state))`,
    type: 'integer',
    outcomes: true,
  },
  lastDuration: {
    by: 'CASE WHEN l.job_id IS NULL THEN o.last_ms ELSE l.ms END',
    type: 'bigint',
    outcomes: true,
  },
};

/** Jobs in an order. Which are on the page is found first; only those are read as a whole. */
export async function listJobs(
  sql: SqlRunner,
  quotedSchema: string,
  query: JobQuery,
): Promise<Page<Job>> {
  const { order = 'id', direction = 'asc', limit } = query;
  const { wanted, values } = conditions(query);
  const { by } = SORTED[order];
  // The plan's id, as its index has it behind the instant.
  const id = by === null ? 'j.id' : 'p.job_id';
  const after = place(query, id, values);
  const sorted =
    by === null ? `${id} ${direction}` : `${by} ${direction} NULLS LAST, ${id} ${direction}`;
  const { before, from } = source(quotedSchema, query);
  const rows = await sql.query<{ job: string; by: string | null }[]>(
    `WITH ${before} page AS MATERIALIZED (
       SELECT j.id, ${by ?? 'NULL'} AS by, row_number() OVER (ORDER BY ${sorted}) AS nth
       FROM ${from}
       WHERE ${[...wanted, ...after].join(' AND ')}
       ORDER BY ${sorted} LIMIT ${Number(limit) + 1})
     SELECT ${jobText} AS job, to_json(page.by) #>> '{}' AS by
     FROM page JOIN ${quotedSchema}.jobs j ON j.id = page.id
       JOIN ${quotedSchema}.job_plans p ON p.job_id = j.id
     ORDER BY page.nth`,
    values,
  );
  const slices = new Slices(SLICE);
  const jobs: { readonly job: Job; readonly by: string | null }[] = [];
  for (const { job, by: sortedBy } of rows) {
    await slices.did(1);
    jobs.push({ job: jobOf(storedJob(job)), by: sortedBy });
  }
  const { items, nextCursor } = pageOf(jobs, limit, ({ job, by: sortedBy }) =>
    keyOf(job.id, sortedBy, order),
  );
  return { items: items.map(({ job }) => job), nextCursor };
}

/** How many there are. */
export async function countJobs(
  sql: SqlRunner,
  quotedSchema: string,
  filter: JobFilter,
): Promise<Total> {
  const { wanted, values } = conditions(filter);
  const { before, from } = source(quotedSchema, filter);
  const [row] = await sql.query<{ found: number }[]>(
    `WITH ${before} counted AS MATERIALIZED (
       SELECT FROM ${from}
       WHERE ${wanted.join(' AND ')} LIMIT ${MOST_COUNTED + 1})
     SELECT count(*)::int AS found FROM counted`,
    values,
  );
  return totalOf(row!.found);
}

interface PlannedRow extends Omit<PlannedJob, 'createdAt'> {
  readonly createdAt: string;
}

/** Those that will fire. */
export async function plannedJobs(
  sql: SqlRunner,
  quotedSchema: string,
  filter: JobFilter,
): Promise<readonly PlannedJob[]> {
  const { wanted, values } = conditions({ ...filter, planned: true });
  const { before, from } = source(quotedSchema, filter);
  const rows = await sql.query<PlannedRow[]>(
    `WITH ${before} page AS (
       SELECT j.id, j.name, j.revision, to_json(j.created_at) AS "createdAt",
              CASE WHEN j.max_runs IS NOT NULL THEN greatest(j.max_runs - p.fired, 0)::int END AS "left"
       FROM ${from} WHERE ${wanted.join(' AND ')} ORDER BY j.id LIMIT ${MOST_PLANNED})
     SELECT * FROM page`,
    values,
  );
  return rows.map(({ createdAt, ...job }) => ({ ...job, createdAt: new Date(createdAt) }));
}

/** Where jobs are looked for: parts of the statement that come before, and its tables. */
function source(
  quotedSchema: string,
  { failing, order = 'id' }: JobFilter & Pick<JobQuery, 'order'>,
) {
  const from = `${quotedSchema}.jobs j JOIN ${quotedSchema}.job_plans p ON p.job_id = j.id`;
  if (!failing && !SORTED[order].outcomes) return { before: '', from };
  return {
    before: `${endedLately(quotedSchema)}, ${LAST},`,
    from: `${from} LEFT JOIN ${quotedSchema}.job_outcomes o ON o.job_id = j.id
             AND greatest(o.last_at, o.failing_since) >= j.created_at
           LEFT JOIN last l ON l.job_id = j.id AND l.finished_at >= j.created_at`,
  };
}

function conditions({ text, task, tag, state, origin, planned, failing }: JobFilter) {
  const values: unknown[] = [];
  const wanted: string[] = ['true'];
  const narrow = (condition: (parameter: string) => string, value: unknown) => {
    if (value === undefined) return;
    values.push(value);
    wanted.push(condition(`$${values.length}`));
  };
  narrow(
    (pattern) => `(j.id ILIKE ${pattern} OR j.name ILIKE ${pattern})`,
    text === undefined ? undefined : containing(text),
  );
  narrow((name) => `j.task = ${name}`, task);
  narrow((names) => `j.tags && ${names}::text[]`, tag && listOf(tag));
  narrow((names) => `j.state = ANY (${names}::text[])`, state && listOf(state));
  narrow((names) => `j.origin = ANY (${names}::text[])`, origin && listOf(origin));
  if (planned) wanted.push('p.next_fire_at IS NOT NULL');
  if (failing) wanted.push('coalesce(l.failed, o.failures > 0)');
  return { wanted, values };
}

/** What comes behind the cursor; what has nothing to be sorted by comes last. */
function place(
  { order = 'id', direction, cursor, planned }: JobQuery,
  id: string,
  values: unknown[],
) {
  if (cursor === undefined) return [];
  const { by, type } = SORTED[order];
  const ended = placeOf(cursor, order);
  const then = direction === 'desc' ? '<' : '>';
  values.push(ended.id);
  const idAt = `$${values.length}`;
  if (by === null) return [`${id} ${then} ${idAt}`];
  if (ended.by === null) return [`${by} IS NULL AND ${id} ${then} ${idAt}`];
  values.push(ended.by);
  const behind = `(${by}, ${id}) ${then} ($${values.length}::${type}, ${idAt})`;
  return [order === 'nextFireAt' && planned ? behind : `(${by} IS NULL OR ${behind})`];
}
