import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KEPT } from '../../src/tasks/store/history.js';
import { ENGINE_SETTINGS } from '../../src/tasks/store/postgres/session/session-settings.js';
import type { Statement } from '../../src/tasks/store/postgres/session/statement.js';
import { SchemaName } from '../../src/tasks/store/postgres/schema-name.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

/**
 * How the server would run each statement of the engine: on tables that are empty, as on the first day, and
 * on large ones. A plan that is dear, or that reads a whole table, stops the cluster on some day.
 */
const MAX_COST = 50_000;
const STORE = join(import.meta.dirname, '../../src/tasks/store/postgres');
const SCHEMA = new SchemaName('carillon');

/** Those that are made for more than a schema, each time for one of these. */
const WITH_MORE: Readonly<Record<string, readonly unknown[]>> = {
  dueJobs: [2_000],
  pruneRows: KEPT.filter((what) => what !== 'runs'),
};

/** The files with statements of the engine, and what they say. */
const SOURCES = readdirSync(STORE, { recursive: true, encoding: 'utf8' })
  .filter((name) => /^[\w-]+\/[\w-]+\.ts$/.test(name) && !/spec\.ts$|^migrations/.test(name))
  .map((name) => ({ file: join(STORE, name), text: readFileSync(join(STORE, name), 'utf8') }))
  .filter(({ text }) => /^ +name: ['`]\w+/m.test(text) && text.includes('session/statement.js'));

/** Every statement of the engine, by its name. */
async function statements(): Promise<Map<string, Statement>> {
  const found = new Map<string, Statement>();
  for (const { file } of SOURCES) {
    const module = (await import(file)) as Record<string, unknown>;
    for (const [name, member] of Object.entries(module)) {
      if (typeof member !== 'function') continue;
      for (const made of variants(name, member as (...given: unknown[]) => unknown)) {
        if (isStatement(made)) found.set(made.name, made);
      }
    }
  }
  return found;
}

/** Parts of statements, which are made for something else, are none. */
function variants(name: string, make: (...given: unknown[]) => unknown): unknown[] {
  const more = WITH_MORE[name];
  if (more) return more.map((one) => make(SCHEMA, one));
  return make.length <= 1 ? [make(SCHEMA)] : [];
}

const isStatement = (made: unknown): made is Statement =>
  typeof made === 'object' && made !== null && 'name' in made && 'text' in made;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Total Cost': number;
  readonly 'Relation Name'?: string;
  readonly Disabled?: boolean;
  readonly 'Subplan Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Filter?: string;
  readonly Plans?: readonly Plan[];
}

let database: TestDatabase;
let session: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  session = new pg.Client({ connectionString: database.url });
  await session.connect();
  for (const [name, value] of Object.entries(ENGINE_SETTINGS)) {
    await session.query(`SET ${name} = '${value}'`);
  }
});
afterAll(async () => {
  await session.end();
  await database.drop();
});

/** As it is planned for every call: no value of a parameter is known. */
async function planOf({ name, text }: Statement): Promise<Plan> {
  await session.query(`PREPARE ${name} AS ${text}`);
  try {
    const { rows: types } = await session.query<{ count: number }>(
      `SELECT cardinality(parameter_types) AS count FROM pg_prepared_statements WHERE name = $1`,
      [name],
    );
    const nulls = Array.from({ length: types[0]!.count }, () => 'NULL');
    const values = nulls.length > 0 ? `(${nulls.join()})` : '';
    const { rows } = await session.query<Record<'QUERY PLAN', [{ Plan: Plan }]>>(
      `EXPLAIN (FORMAT JSON) EXECUTE ${name} ${values}`,
    );
    return rows[0]!['QUERY PLAN'][0].Plan;
  } finally {
    await session.query(`DEALLOCATE ${name}`);
  }
}

const steps = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(steps)];

/** Of what stands in these there is never much: what runs now, and what is written in code. */
const SHORT = ['runs_running', 'runs_overdue', 'jobs_declared'];

/** The column that each index begins with. */
async function firstColumns(): Promise<Map<string, string>> {
  const rows = await database.query<{ name: string; first: string }>(
    `SELECT c.relname AS name, substring(pg_get_indexdef(c.oid, 1, true) FROM '[a-z_]+') AS first
     FROM pg_class c WHERE c.relkind = 'i' AND c.relnamespace = 'carillon'::regnamespace`,
  );
  return new Map(rows.map(({ name, first }) => [name, first]));
}

/**
 * Steps that go through all of an index: nothing bounds the column that it begins with, nor how many rows are asked for.
 * What is sorted or counted is read to its end, and so is what a filter may drop.
 */
function wholeIndexes(plan: Plan, first: ReadonlyMap<string, string>, isBounded = false): Plan[] {
  const { 'Node Type': type, 'Index Name': index, 'Index Cond': condition = '', Filter } = plan;
  const column = first.get(index ?? '');
  const isShort = column === undefined || SHORT.includes(index!);
  const isNarrow = new RegExp(`\\b${column}\\b`).test(condition);
  const isWhole = !isShort && !isNarrow && !(isBounded && Filter === undefined);
  const passesOn = type === 'LockRows' || (type === 'Subquery Scan' && Filter === undefined);
  const bounds = type === 'Limit' || (isBounded && passesOn);
  return [
    ...(isWhole ? [plan] : []),
    ...(plan.Plans ?? []).flatMap((part) => wholeIndexes(part, first, bounds)),
  ];
}

/** What is wrong with each plan that is; what is known of a table's size makes no difference. */
async function faults(): Promise<string[]> {
  const wrong: string[] = [];
  const first = await firstColumns();
  for (const statement of (await statements()).values()) {
    const plan = await planOf(statement);
    for (const { 'Node Type': type, 'Relation Name': table } of steps(plan)) {
      if (type === 'Seq Scan') wrong.push(`${statement.name} reads all of ${table}`);
      if (type === 'Bitmap Heap Scan') wrong.push(`${statement.name} collects of ${table}`);
    }
    for (const step of wholeIndexes(plan, first))
      wrong.push(`${statement.name} reads all of ${step['Index Name']}: ${step['Index Cond']}`);
    if (plan['Total Cost'] > MAX_COST)
      wrong.push(`${statement.name} costs ${Math.round(plan['Total Cost'])}`);
  }
  return wrong;
}

describe('the plan of every statement of the engine', () => {
  it('is known of all of them', async () => {
    const names = [...(await statements()).keys()];
    const written = SOURCES.flatMap(({ text }) => [...text.matchAll(/^ +name: ['`]([a-z_]+)/gm)]);
    expect(written.length).toBeGreaterThan(20);
    for (const [, name] of written) {
      expect(names).toContainEqual(expect.stringMatching(new RegExp(`^${name}`)));
    }
  });

  it('is cheap and reads nothing whole while the tables are empty', async () => {
    expect(await faults()).toEqual([]);
  });

  // A plan is kept for as long as nothing more is known: that of an idle day serves the next flood.
  it('is cheap and reads nothing whole when they are large, whatever is known of them', async () => {
    await fill(JOBS_AND_HISTORY);
    expect(await faults()).toEqual([]);
    await database.query('ANALYZE');
    expect(await faults()).toEqual([]);
    await fill(QUEUE);
    expect(await faults()).toEqual([]);
    await database.query('ANALYZE');
    expect(await faults()).toEqual([]);
    // However many runs others have.
    for (const name of ['beat', 'claimed_runs']) {
      const read = steps(await planOf((await statements()).get(name)!));
      const own = read.find((step) => step['Index Name'] === 'runs_running');
      expect(own?.['Index Cond']).toContain('node_id');
    }
    const asked = steps(await planOf((await statements()).get('fire_plain')!));
    const inTheWay = asked.filter((step) => step['Relation Name'] === 'runs' && step['Index Cond']);
    expect(inTheWay.map((step) => step['Index Cond'])).toEqual(['(job_id = w_2.job_id)']);
  });
});

const ago = (n: string, unit: string) => `now() - ${n} * interval '1 ${unit}'`;

/** Years of a busy cluster, in small. */
const JOBS_AND_HISTORY = [
  `INSERT INTO carillon.jobs (id, name, task, trigger, coalesce, overlap, max_instances,
                                misfire_grace_ms, origin, state, created_at, updated_at)
     SELECT 'job-' || n, 'job', 'task-' || n % 50, '{"type": "interval", "seconds": 60}', 'latest',
            'skip', 1, 86400000, 'api', 'active', now(), now()
     FROM generate_series(1, 20000) n`,
  `INSERT INTO carillon.job_plans (job_id, next_fire_at, revision)
     SELECT id, now() + random() * interval '1 hour', 1 FROM carillon.jobs`,
  `INSERT INTO carillon.nodes (id, name, version, schema_version, roles, tasks,
                                 started_at, heartbeat_at)
     SELECT gen_random_uuid(), 'node-' || n, '1.0.0', 1, '{worker}', '{}', ${ago('n', 'minute')}, ${ago('n', 'minute')}
     FROM generate_series(1, 20000) n`,
  `INSERT INTO carillon.runs (job_id, task, fire_at, run_at, cause, state, queued, priority, created_at,
                                attempt, finished_at)
     SELECT 'job-' || n % 20000, 'task-' || n % 50, ${ago('n', 'second')}, ${ago('n', 'second')}, 'fired',
            'succeeded', false, 0, ${ago('n', 'second')}, 1, ${ago('n', 'second')}
     FROM generate_series(1, 150000) n`,
  `INSERT INTO carillon.audit (at, actor, action)
   SELECT ${ago('n', 'minute')}, 'key:1', 'job.run' FROM generate_series(1, 2000) n`,
  `INSERT INTO carillon.idempotency_keys (scope, key, fingerprint, created_at)
   SELECT 'jobs', n, '', ${ago('n', 'minute')} FROM generate_series(1, 2000) n`,
  `INSERT INTO carillon.cluster_pauses (started_at, ended_at)
   SELECT ${ago('n', 'minute')}, ${ago('n', 'minute')} FROM generate_series(1, 2000) n`,
  `INSERT INTO carillon.run_attempts (run_id, attempt, state, finished_at)
   SELECT id, 1, 'failed', now() FROM carillon.runs`,
  `INSERT INTO carillon.run_progress (run_id, attempt, progress) SELECT id, 1, '1' FROM carillon.runs`,
  `INSERT INTO carillon.run_logs (run_id, attempt, at, level, message)
   SELECT id, 1, now(), 'log', 'a line' FROM carillon.runs`,
  `INSERT INTO carillon.run_hours (job_id, hour, state, runs, lags, durations)
   SELECT DISTINCT ON (job_id) job_id, finished_at, state, 1, '{}'::jsonb, '{}'::jsonb FROM carillon.runs`,
  `INSERT INTO carillon.counted_hours (hour, up_to, up_to_id)
   SELECT ${ago('n', 'hour')}, ${ago('n', 'hour')}, n FROM generate_series(1, 700) n`,
  `INSERT INTO carillon.leader_history (name, fencing_token, node_id, how, acquired_at)
     SELECT 'scheduler', n, gen_random_uuid(), 'takeover', ${ago('n', 'minute')} FROM generate_series(1, 20000) n`,
];

/** What came due at once: it waits for a slot, or for its turn. */
const QUEUE = [
  `UPDATE carillon.job_plans SET next_fire_at = now() WHERE job_id LIKE '%7'`,
  `INSERT INTO carillon.runs (job_id, task, fire_at, run_at, cause, state, queued, held, priority, created_at,
                                attempt)
     SELECT 'job-' || n, 'task-' || n % 50, now(), now(), 'manual', 'pending', n % 2 = 0,
            CASE WHEN n % 2 = 1 THEN 'buffered' END, 0, now(), 0
     FROM generate_series(1, 20000) n`,
];

async function fill(statements: readonly string[]): Promise<void> {
  for (const sql of statements) await database.query(sql);
}
