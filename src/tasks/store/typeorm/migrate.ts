import pg from 'pg';
import type { DataSource } from 'typeorm';
import { Connections, endConnection } from '../postgres/connections.js';
import { SchemaName } from '../schema-name.js';
import { migrationsDataSource } from './data-source.js';
import { SCHEMA_VERSION } from './migrations/index.js';

/** Second half of the advisory key of the migration lock; the leader's keys are tokens, from 1 on. */
const MIGRATION_LOCK = 0;

/** How long a node waits for another that migrates before it says so and tries again. */
const WAIT_MS = 10_000;

/** A server that has not answered for so long beyond that is not waited for any longer. */
const ANSWER_MS = 5_000;

const LOCK_NOT_AVAILABLE = '55P03';

export interface Preparation {
  /** `check`: somebody else runs them. */
  readonly migrations: 'run' | 'check';
  /** The host's own part. */
  readonly prepare: () => Promise<void>;
}

/** Brings the tables of a schema up to date, and then whatever the host needs. */
export async function migrate(
  databaseUrl: string,
  schemaName: string,
  { migrations, prepare }: Preparation = { migrations: 'run', prepare: () => Promise.resolve() },
  connections = new Connections(),
): Promise<void> {
  const schema = new SchemaName(schemaName);
  const dataSource = await migrationsDataSource(databaseUrl, schema, connections).initialize();
  try {
    await oneNodeAtATime(databaseUrl, schema, connections, async () => {
      if (migrations === 'run') {
        await dataSource.query(`CREATE SCHEMA IF NOT EXISTS ${schema.quoted}`);
        await dataSource.runMigrations();
      }
      await prepare();
    });
    await checkSchema(dataSource, schema);
  } finally {
    await dataSource.destroy();
  }
}

/**
 * Runs `body` on one node at a time.
 *
 * TypeORM takes no lock: of two nodes that migrate at once, one fails. The lock is one of a
 * transaction, not of a session, so it also holds behind a transaction pooler, and it goes with
 * its connection when the process dies.
 */
async function oneNodeAtATime(
  databaseUrl: string,
  schema: SchemaName,
  { stream }: Connections,
  body: () => Promise<void>,
): Promise<void> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: `${schema.name}:migrations`,
    connectionTimeoutMillis: 5_000,
    query_timeout: WAIT_MS + ANSWER_MS,
    stream,
  });
  // A connection that breaks while nothing is asked of it must not end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SET LOCAL lock_timeout = ${WAIT_MS}`);
    await client.query('SELECT pg_advisory_xact_lock($1, $2)', [schema.lockClass, MIGRATION_LOCK]);
    await body();
  } catch (error) {
    throw isLockTimeout(error)
      ? new Error(`another node has been migrating schema ${schema.name} for ${WAIT_MS} ms`)
      : error;
  } finally {
    await endConnection(client);
  }
}

const isLockTimeout = (error: unknown) =>
  error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE;

/**
 * Refuses a schema that is not for this build.
 *
 * @throws Error that says what to do
 */
async function checkSchema(dataSource: DataSource, schema: SchemaName): Promise<void> {
  if (await dataSource.showMigrations()) {
    throw new Error(
      `schema ${schema.name} lacks migrations of this version, and TASKS_MIGRATIONS is "check": ` +
        `run them, or start one node with TASKS_MIGRATIONS=run`,
    );
  }
  const [info] = await dataSource.query<{ minimum_version: number }[]>(
    `SELECT minimum_version FROM ${schema.quoted}.schema_info`,
  );
  if (info && info.minimum_version > SCHEMA_VERSION) {
    throw new Error(
      `schema ${schema.name} needs a node of schema version ${info.minimum_version} or newer, ` +
        `this one has ${SCHEMA_VERSION}: deploy a newer version of the application`,
    );
  }
}
