import { randomUUID } from 'node:crypto';
import type { QueryResultRow } from 'pg';
import type { DataSource } from 'typeorm';
import { afterAll } from 'vitest';
import { SystemClock } from '../../src/tasks/engine/system-clock.js';
import { ClockShift } from '../../src/tasks/store/postgres/database-time.js';
import { postgresEngineStore } from '../../src/tasks/store/postgres/engine-store.js';
import { SchemaName } from '../../src/tasks/store/postgres/schema-name.js';
import { tasksDataSource } from '../../src/tasks/store/postgres/data-source.js';
import { migrate } from '../../src/tasks/store/postgres/migrate.js';
import { TasksDatabase } from '../../src/tasks/store/postgres/tasks-database.js';
import { postgresStores as storesOf } from '../../src/tasks/store/postgres/stores.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import type { Log } from '../../src/tasks/domain/log.js';
import { recordedLog } from '../support/recorded-log.js';
import {
  DEAD_AFTER_MS,
  LEASE_MS,
  ORPHAN_AFTER_MS,
  RETENTION_DAYS,
  type TestNode,
  type TestNodeOptions,
  type TestStore,
} from './test-store.js';

/** The real store, in a schema of its own. */
export interface PostgresTestStore extends TestStore {
  readonly url: string;
  readonly schema: SchemaName;
  query<Row extends QueryResultRow>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

/** What the tests of one file share, for it takes long to make: tables and connections. */
interface Shared {
  readonly database: TestDatabase;
  readonly dataSource: DataSource;
}

const SCHEMA = new SchemaName('carillon');

/** Makes stores for the tests of one file, one after the other: each finds the tables empty. */
export function postgresStores(): () => Promise<PostgresTestStore> {
  let shared: Promise<Shared> | null = null;
  afterAll(async () => {
    if (shared === null) return;
    const { database, dataSource } = await shared;
    await dataSource.destroy();
    await database.drop();
  });
  return async () => {
    shared ??= share();
    await empty((await shared).database);
    return makeStore(await shared, SCHEMA);
  };
}

/** Another scheduler in the same database, in a schema of its own. */
export async function neighbourOf(store: PostgresTestStore): Promise<PostgresTestStore> {
  const { url } = store;
  const schema = new SchemaName('neighbour');
  await migrate(url, schema.name);
  const dataSource = await tasksDataSource(url, schema).initialize();
  const query: TestDatabase['query'] = (sql, params) => store.query(sql, params);
  const database = { url, query, drop: () => Promise.resolve() };
  const neighbour = makeStore({ database, dataSource }, schema);
  const close = async () => {
    await neighbour.close();
    await dataSource.destroy();
  };
  return { ...neighbour, close };
}

async function share(): Promise<Shared> {
  const database = await createTestDatabase();
  return { database, dataSource: await tasksDataSource(database.url, SCHEMA).initialize() };
}

async function empty(database: TestDatabase): Promise<void> {
  const { quoted } = SCHEMA;
  const tables = [
    'runs',
    'run_attempts',
    'run_logs',
    'run_progress',
    'job_plans',
    'jobs',
    'nodes',
    'cluster_pauses',
    'leader_history',
    'audit',
    'alarms',
    'alarm_watch',
    'notifications',
    'idempotency_keys',
    'run_hours',
    'counted_hours',
    'job_outcomes',
  ];
  await database.query(
    `TRUNCATE ${tables.map((table) => `${quoted}.${table}`).join()} RESTART IDENTITY`,
  );
  await database.query(`DELETE FROM ${quoted}.leader_lock`);
  await database.query(`INSERT INTO ${quoted}.leader_lock (name) VALUES ('scheduler')`);
}

function makeStore({ database, dataSource }: Shared, schema: SchemaName): PostgresTestStore {
  const { url } = database;
  const shift = new ClockShift();
  const tables = new TasksDatabase(dataSource);
  tables.unavailable = null;
  const nodes: TestNode[] = [];
  const log = recordedLog();
  const carer = aNode('carer', {}, url, schema, shift, log);
  nodes.push(carer);
  return {
    url,
    schema,
    query: (sql, params) => database.query(sql, params),
    ...storesOf(tables, schema, shift, DEAD_AFTER_MS),
    care: carer.care!,
    told: log.lines,
    node(name, options = {}) {
      const node = aNode(name, options, url, schema, shift);
      nodes.push(node);
      return node;
    },
    advance(ms) {
      shift.ms += ms;
    },
    async generation() {
      const sql = `SELECT generation::int FROM ${schema.quoted}.leader_lock`;
      const [row] = await database.query<{ generation: number }>(sql);
      return row?.generation ?? 0;
    },
    async amend(
      runId,
      { cause, state, held, attempt, runAt, startedAt, finishedAt, handlerAlive },
    ) {
      await database.query(
        `UPDATE ${schema.quoted}.runs
         SET cause = coalesce($2, cause), state = coalesce($3, state), held = coalesce($4, held),
             attempt = coalesce($5, attempt), run_at = coalesce($6, run_at),
             finished_at = coalesce($7, finished_at), handler_alive = coalesce($8, handler_alive),
             started_at = coalesce($9, started_at),
             queued = coalesce($3, state) = 'pending' AND coalesce($4, held) IS NULL
         WHERE id = $1`,
        [runId, cause, state, held, attempt, runAt, finishedAt, handlerAlive, startedAt],
      );
    },
    async spoil(jobId) {
      const trigger = `'{"type": "lunar"}'`;
      const sql = `UPDATE ${schema.quoted}.jobs SET trigger = ${trigger} WHERE id = $1`;
      await database.query(sql, [jobId]);
    },
    async close() {
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}

function aNode(
  name: string,
  { hint = true, tasks = { 'Reports.daily': null }, jobs = {}, pooler }: TestNodeOptions,
  url: string,
  schema: SchemaName,
  shift: ClockShift,
  log: Log = recordedLog(),
): TestNode {
  const id = randomUUID();
  const access = { url: pooler ?? url, keepsSession: pooler === undefined };
  const roles = ['scheduler', 'worker', 'api'];
  const store = postgresEngineStore({
    schema,
    shift,
    hint,
    node: { id, name, version: '1.0.0', schemaVersion: 1, roles, tasks, jobs, slots: 7 },
    pooled: access,
    direct: access,
    poolSize: 4,
    leaseMs: LEASE_MS,
    deadAfterMs: DEAD_AFTER_MS,
    orphanAfterMs: ORPHAN_AFTER_MS,
    retentionDays: RETENTION_DAYS,
    clock: new SystemClock(),
    log,
  });
  let closing: Promise<void> | null = null;
  // A test that closes a node itself leaves nothing to close.
  return { ...store, id, name, close: () => (closing ??= store.close()) };
}
