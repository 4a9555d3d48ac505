import { randomUUID } from 'node:crypto';
import { SystemClock } from '../../src/tasks/engine/system-clock.js';
import { ClockShift } from '../../src/tasks/store/database-time.js';
import { postgresEngineStore } from '../../src/tasks/store/postgres/postgres-engine-store.js';
import { SchemaName } from '../../src/tasks/store/schema-name.js';
import { tasksDataSource } from '../../src/tasks/store/typeorm/data-source.js';
import { TasksDatabase } from '../../src/tasks/store/typeorm/tasks-database.js';
import { TypeormClusterStore } from '../../src/tasks/store/typeorm/typeorm-cluster-store.js';
import { TypeormJobStore } from '../../src/tasks/store/typeorm/typeorm-job-store.js';
import { TypeormRunStore } from '../../src/tasks/store/typeorm/typeorm-run-store.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import {
  DEAD_AFTER_MS,
  LEASE_MS,
  RETENTION_DAYS,
  type TestNode,
  type TestStore,
} from './test-store.js';

/** The real store, in a database of its own. */
export interface PostgresTestStore extends TestStore {
  readonly database: TestDatabase;
}

export async function makePostgresStore(): Promise<PostgresTestStore> {
  const database = await createTestDatabase();
  const schema = new SchemaName('carillon');
  const shift = new ClockShift();
  const dataSource = await tasksDataSource(database.url, schema).initialize();
  const tables = new TasksDatabase(dataSource);
  tables.unavailable = null;
  const nodes: TestNode[] = [];
  return {
    database,
    jobs: new TypeormJobStore(tables, schema, shift),
    runs: new TypeormRunStore(tables),
    cluster: new TypeormClusterStore(tables, schema, shift, DEAD_AFTER_MS),
    node(name, { hint = true } = {}) {
      const node = aNode(name, hint, database.url, schema, shift);
      nodes.push(node);
      return node;
    },
    advance(ms) {
      shift.ms += ms;
    },
    async generation() {
      const sql = `SELECT generation::int FROM carillon.leader_lock`;
      const [row] = await database.query<{ generation: number }>(sql);
      return row?.generation ?? 0;
    },
    async spoil(jobId) {
      const sql = `UPDATE carillon.jobs SET trigger = '{"type": "lunar"}' WHERE id = $1`;
      await database.query(sql, [jobId]);
    },
    async close() {
      await Promise.all([...nodes.map((node) => node.close()), dataSource.destroy()]);
      await database.drop();
    },
  };
}

function aNode(
  name: string,
  hint: boolean,
  url: string,
  schema: SchemaName,
  shift: ClockShift,
): TestNode {
  const id = randomUUID();
  const access = { url, keepsSession: true };
  const roles = ['scheduler', 'worker', 'api'];
  const store = postgresEngineStore({
    schema,
    shift,
    hint,
    node: { id, name, version: '1.0.0', schemaVersion: 1, roles, tasks: { 'Reports.daily': null } },
    pooled: access,
    direct: access,
    poolSize: 4,
    leaseMs: LEASE_MS,
    deadAfterMs: DEAD_AFTER_MS,
    retentionDays: RETENTION_DAYS,
    clock: new SystemClock(),
  });
  let closing: Promise<void> | null = null;
  // A test that closes a node itself leaves nothing to close.
  return { ...store, id, name, close: () => (closing ??= store.close()) };
}
