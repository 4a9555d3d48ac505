import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { migrate } from '../../src/tasks/store/postgres/migrate.js';

/** A database of one test's own. */
export interface TestDatabase {
  readonly url: string;
  query<Row extends pg.QueryResultRow>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
  /** Closes our connections, cuts off everyone else's and removes the database. */
  drop(): Promise<void>;
}

const TEMPLATE = 'carillon_template';
const SCHEMA = 'carillon';
/** Any number, as long as nobody else on this throw-away server uses it. */
const TEMPLATE_LOCK = 20_251;

/** A database with our tables in the schema `carillon`. */
export async function createTestDatabase(): Promise<TestDatabase> {
  await asAdmin(makeTemplateOnce);
  return createDatabase(`TEMPLATE ${TEMPLATE}`);
}

/** A database without any table. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase('');
}

async function createDatabase(from: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin((admin) => admin.query(`CREATE DATABASE ${name} ${from}`));
  const url = urlOf(name);
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  // A test that cuts off connections cuts off ours too; the next query opens another one.
  pool.on('error', () => undefined);
  return {
    url,
    query: async <Row extends pg.QueryResultRow>(sql: string, params: readonly unknown[] = []) =>
      (await pool.query<Row>(sql, [...params])).rows,
    drop: async () => {
      await pool.end();
      await asAdmin((admin) => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

/** Copying is quicker than migrating: whoever comes first migrates for all. */
async function makeTemplateOnce(admin: pg.Client): Promise<void> {
  await admin.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  const found = await admin.query('SELECT FROM pg_database WHERE datname = $1', [TEMPLATE]);
  if (found.rowCount) return;
  const unfinished = `${TEMPLATE}_unfinished`;
  await admin.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${unfinished}`);
  await migrate(urlOf(unfinished), SCHEMA);
  await admin.query(`ALTER DATABASE ${unfinished} RENAME TO ${TEMPLATE}`);
}

async function asAdmin(body: (admin: pg.Client) => Promise<unknown>): Promise<void> {
  const admin = new pg.Client({ connectionString: inject('adminUrl') });
  await admin.connect();
  try {
    await body(admin);
  } finally {
    await admin.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(inject('adminUrl'));
  url.pathname = `/${database}`;
  return url.href;
}
