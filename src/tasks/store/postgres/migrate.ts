import pg from 'pg';
import type { DataSource } from 'typeorm';
import { Connections, endConnection } from './session/connections.js';
import { MIGRATION_SETTINGS, sessionStart, setLocal } from './session/session-settings.js';
import { SchemaName } from './schema-name.js';
import { checkRights, createSchema } from './session/check-rights.js';
import { accessOf, migrationsDataSource, type Reached } from './data-source.js';
import { SCHEMA_VERSION } from './migrations/index.js';

/** Second half of the advisory key of the migration lock; the leader's keys are tokens, from 1 on. */
const MIGRATION_LOCK = 0;

/** How long a node waits for another that migrates before it says so and tries again. */
const WAIT_MS = 10_000;
const ASK_EVERY_MS = 50;

/** A server that has not answered for so long beyond that is not waited for any longer. */
const ANSWER_MS = 5_000;

export interface Preparation {
  /** `check`: somebody else runs them. */
  readonly migrations: 'run' | 'check';
  /** The host's own part. */
  readonly prepare: () => Promise<void>;
}

/**
 * Brings the tables of a schema up to date, and then whatever the host needs.
 *
 * @throws Error that says what is missing, and what to do
 */
export async function migrate(
  database: Reached,
  schemaName: string,
  { migrations, prepare }: Preparation = { migrations: 'run', prepare: () => Promise.resolve() },
  connections = new Connections(),
): Promise<void> {
  const schema = new SchemaName(schemaName);
  const dataSource = await migrationsDataSource(database, schema, connections).initialize();
  try {
    await oneNodeAtATime(database, schema, connections, async () => {
      if (migrations === 'run') {
        await createSchema(dataSource, schema);
        await dataSource.runMigrations();
      }
      await prepare();
    });
    await checkSchema(dataSource, schema);
    await checkRights(dataSource, schema);
  } finally {
    await dataSource.destroy();
  }
}

/**
 * Runs `body` on one node at a time.
 *
 * TypeORM takes no lock: of two nodes that migrate at once, one fails. The lock is one of a
 * transaction, not of a session, so it also holds behind a transaction pooler, and it goes with
 * its connection when the process dies. That transaction is idle for as long as a migration takes,
 * which neither a role nor a server may limit.
 */
async function oneNodeAtATime(
  database: Reached,
  schema: SchemaName,
  { stream }: Connections,
  body: () => Promise<void>,
): Promise<void> {
  const { url, keepsSession } = accessOf(database);
  const client = new pg.Client({
    ...sessionStart(url, keepsSession, MIGRATION_SETTINGS),
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
    await client.query(setLocal(MIGRATION_SETTINGS));
    await takeLock(client, schema);
    await body();
  } finally {
    await endConnection(client);
  }
}

/**
 * Asks again and again, and without parameters: a statement that waits keeps its snapshot, and so does one
 * with parameters until its transaction ends. A migration that builds an index concurrently would wait for
 * all nodes that wait for it.
 *
 * @throws Error when another node keeps it for too long
 */
async function takeLock(client: pg.Client, { name, lockClass }: SchemaName): Promise<void> {
  const ask = `SELECT pg_try_advisory_xact_lock(${lockClass}, ${MIGRATION_LOCK}) AS taken`;
  const until = performance.now() + WAIT_MS;
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>(ask);
    if (rows[0]?.taken) return;
    if (performance.now() >= until) {
      throw new Error(`another node has been migrating schema ${name} for ${WAIT_MS} ms`);
    }
    await new Promise((again) => setTimeout(again, ASK_EVERY_MS));
  }
}

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
