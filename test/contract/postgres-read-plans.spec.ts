import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listJobs } from '../../src/tasks/store/postgres/jobs/list-jobs.js';
import { listAudit } from '../../src/tasks/store/postgres/cluster/list-audit.js';
import { countRuns, listRuns } from '../../src/tasks/store/postgres/runs/list-runs.js';
import { latestRunsOf, openRunsOf } from '../../src/tasks/store/postgres/runs/runs-of-jobs.js';
import { SchemaName } from '../../src/tasks/store/postgres/schema-name.js';
import type { AuditQuery } from '../../src/tasks/store/cluster-store.js';
import type { JobQuery } from '../../src/tasks/store/job-store.js';
import type { RunFilter } from '../../src/tasks/store/run-store.js';
import type { SqlRunner } from '../../src/tasks/store/sql-runner.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

/**
 * What the server reads for one answer of the API, on a ledger that is much larger than any answer. No
 * filter, whether what it asks for is frequent, rare or not there at all, may read more than this.
 */
const MAX_BUFFERS = 3_000;
const RUNS = 120_000;
const SCHEMA = new SchemaName('carillon');
const NODE = '00000000-0000-4000-8000-000000000001';
const NOBODY = '00000000-0000-4000-8000-000000000002';

let database: TestDatabase;
let session: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  session = new pg.Client({ connectionString: database.url });
  await session.connect();
  await fill();
}, 60_000);
afterAll(async () => {
  await session.end();
  await database.drop();
});

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly Plan[];
}

/** Reads as the API does, and has the server say how: each statement is run twice. */
class Explained {
  buffers = 0;
  readonly whole = new Set<string>();

  readonly sql: SqlRunner = {
    query: async <T>(text: string, values: readonly unknown[] = []): Promise<T> => {
      const { rows } = await session.query<Record<'QUERY PLAN', [{ Plan: Plan }]>>(
        `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
        [...values],
      );
      const { Plan: plan } = rows[0]!['QUERY PLAN'][0];
      this.buffers += plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
      for (const step of steps(plan)) {
        if (step['Node Type'] === 'Seq Scan') this.whole.add(step['Relation Name']!);
      }
      return (await session.query(text, [...values])).rows as T;
    },
  };
}

const steps = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(steps)];

async function explained(read: (sql: SqlRunner) => Promise<unknown>): Promise<Explained> {
  const told = new Explained();
  await read(told.sql);
  return told;
}

const day = (n: number) => new Date(Date.now() - n * 86_400_000);

const FILTERS: readonly RunFilter[] = [
  {},
  { job: 'job-7' },
  { job: 'nobody' },
  { job: ['job-7', 'job-8'] },
  { task: 'task-3' },
  { task: 'rare' },
  { task: 'nobody.knows' },
  { node: NODE },
  { node: NOBODY },
  { state: 'succeeded' },
  { state: 'failed' },
  { state: 'running' },
  { state: 'cancelled' },
  { state: ['failed', 'timed-out', 'abandoned'] },
  { state: ['cancelled', 'running'] },
  { cause: 'fired' },
  { cause: 'backfill' },
  { cause: ['manual', 'retry'] },
  { from: day(1) },
  { to: day(20) },
  { from: day(12), to: day(11) },
  { from: day(1), state: 'failed' },
  { to: day(20), job: 'job-7' },
  { from: day(12), to: day(11), task: 'task-3', state: 'failed' },
  { task: 'task-3', node: NOBODY },
  { job: 'job-7', cause: 'retry' },
  { text: '100' },
  { text: 'job' },
  { text: 'job-77' },
  { text: 'no such error' },
  { text: 'disk full' },
  { text: 'disk full', state: 'succeeded' },
];

describe('a page of runs', () => {
  it.each(FILTERS.map((filter) => [JSON.stringify(filter), filter] as const))(
    'reads little, whatever is asked for: %s',
    async (_, filter) => {
      const { buffers, whole } = await explained((sql) =>
        listRuns(sql, SCHEMA, { ...filter, limit: 100 }),
      );
      expect(buffers).toBeLessThanOrEqual(MAX_BUFFERS);
      expect([...whole]).not.toContain('runs');
    },
  );

  it.each(FILTERS.map((filter) => [JSON.stringify(filter), filter] as const))(
    'is counted without reading much: %s',
    async (_, filter) => {
      const { buffers } = await explained((sql) => countRuns(sql, SCHEMA, filter));
      expect(buffers).toBeLessThanOrEqual(MAX_BUFFERS);
    },
  );

  it('says where to go on where it has looked long enough, until it has found what there is', async () => {
    const filter = { task: 'task-3', cause: 'backfill' } as const;
    const ids: string[] = [];
    let pages = 0;
    for (let cursor: string | null = ''; cursor !== null; pages++) {
      const page = await listRuns(new Explained().sql, SCHEMA, {
        ...filter,
        limit: 100,
        ...(cursor && { cursor }),
      });
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    const { rows } = await session.query<{ id: string }>(
      `SELECT id::text FROM carillon.runs WHERE task = $1 AND cause = $2 ORDER BY runs.id DESC`,
      [filter.task, filter.cause],
    );
    expect(ids).toEqual(rows.map(({ id }) => id));
    expect(pages).toBeGreaterThan(1);
    expect(rows.length).toBeGreaterThan(0);
  });
});

describe('a page of jobs', () => {
  it.each([
    {},
    { order: 'name' },
    { order: 'nextFireAt' },
    { order: 'nextFireAt', planned: true },
    { order: 'lastFireAt', direction: 'desc' },
    { order: 'lastResult' },
    { order: 'lastDuration', direction: 'desc' },
    { text: 'job-77' },
    { state: ['paused', 'finished'] },
    { tag: ['red', 'blue'], origin: 'api' },
    { failing: true },
  ] as const)('reads little, whatever is asked for: %o', async (query: Omit<JobQuery, 'limit'>) => {
    const { buffers } = await explained((sql) =>
      listJobs(sql, SCHEMA.quoted, { ...query, limit: 100 }),
    );
    expect(buffers).toBeLessThanOrEqual(MAX_BUFFERS);
  });

  it('reads little of what became of them', async () => {
    const ids = Array.from({ length: 100 }, (_, n) => `job-${n + 1}`);
    for (const [jobs, brief] of [
      [ids, 0],
      [ids.slice(0, 50), 20],
    ] as const) {
      const { buffers, whole } = await explained(async (sql) => {
        await latestRunsOf(sql, SCHEMA, jobs, 10, brief);
        await openRunsOf(sql, SCHEMA, jobs);
      });
      expect(buffers).toBeLessThanOrEqual(2_200);
      expect([...whole]).not.toContain('runs');
    }
  });
});

describe('a page of the audit', () => {
  it.each([
    {},
    { job: 'job-7' },
    { actor: 'nobody' },
    { actor: 'ada' },
    { action: 'job.remove' },
    { run: '77' },
    { from: day(1) },
    { to: day(20) },
    { from: day(12), to: day(11), actor: 'nobody' },
  ])('reads little, whatever is asked for: %o', async (query: Omit<AuditQuery, 'limit'>) => {
    const { buffers, whole } = await explained((sql) =>
      listAudit(sql, SCHEMA, { ...query, limit: 100 }),
    );
    expect(buffers).toBeLessThanOrEqual(MAX_BUFFERS);
    expect([...whole]).not.toContain('audit');
  });
});

/** A month of 2,000 jobs. */
async function fill(): Promise<void> {
  const at = `now() - (${RUNS} - n) * interval '21 seconds'`;
  for (const sql of [
    `INSERT INTO carillon.jobs (id, name, task, trigger, tags, coalesce, overlap, max_instances, origin, state,
                                created_at, updated_at)
     SELECT 'job-' || n, 'The job number ' || n, 'task-' || n % 50, '{"type": "interval", "hours": 1}', '{red}',
            'latest', 'skip', 1, 'api', CASE WHEN n % 10 = 0 THEN 'paused' ELSE 'active' END, now(), now()
     FROM generate_series(1, 2000) n`,
    `INSERT INTO carillon.job_plans (job_id, next_fire_at, last_fire_at, revision)
     SELECT id, CASE WHEN state = 'active' THEN now() + random() * interval '1 hour' END,
            now() - random() * interval '1 hour', 1
     FROM carillon.jobs`,
    `INSERT INTO carillon.runs (job_id, task, fire_at, run_at, cause, state, queued, attempt, created_at,
                                node_id, started_at, finished_at, error)
     SELECT 'job-' || n % 2000, CASE WHEN n % 40000 = 1 THEN 'rare' ELSE 'task-' || n % 50 END, ${at}, ${at},
            CASE WHEN n % 5000 = 3 THEN 'backfill' WHEN n % 700 = 1 THEN 'manual' ELSE 'fired' END,
            CASE WHEN n % 33 = 0 THEN 'failed' ELSE 'succeeded' END, false, 1, ${at}, '${NODE}',
            ${at}, ${at} + interval '2 seconds',
            CASE WHEN n % 33 = 0 THEN '{"name": "Error", "message": "disk full"}'::jsonb END
     FROM generate_series(1, ${RUNS}) n`,
    `INSERT INTO carillon.runs (job_id, task, fire_at, run_at, cause, state, queued, attempt, created_at)
     SELECT 'job-' || n, 'task-' || n % 50, now(), now(), 'fired', 'pending', true, 0, now()
     FROM generate_series(1, 500) n`,
    `INSERT INTO carillon.audit (at, actor, action, job_id, run_id)
     SELECT now() - (50000 - n) * interval '1 minute', 'ada', 'job.run', 'job-' || n % 2000, n
     FROM generate_series(1, 50000) n`,
    'VACUUM ANALYZE',
  ]) {
    await database.query(sql);
  }
}
