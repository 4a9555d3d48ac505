import { DataSource } from 'typeorm';
import { Connections } from './session/connections.js';
import type { PostgresAccess } from './session/probe-server.js';
import {
  API_SETTINGS,
  MIGRATION_SETTINGS,
  sessionStart,
  type SessionSettings,
} from './session/session-settings.js';
import type { SchemaName } from './schema-name.js';
import { tasksEntities } from './entities.js';
import { tasksMigrations } from './migrations/index.js';

/** Connections for what users ask; the engine has its own. */
const CONNECTIONS = 5;

/** What a user asks for takes milliseconds. One that takes so long has no answer to wait for. */
const ANSWER_MS = 30_000;

/** How a database is reached; a URL alone: directly. */
export type Reached = string | PostgresAccess;

export const accessOf = (reached: Reached): PostgresAccess =>
  typeof reached === 'string' ? { url: reached, keepsSession: true } : reached;

/** Our own data source: a host's is never given our entities or migrations. */
export function tasksDataSource(
  reached: Reached,
  schema: SchemaName,
  { stream } = new Connections(),
): DataSource {
  return dataSource(reached, schema, {
    purpose: 'api',
    poolSize: CONNECTIONS,
    settings: API_SETTINGS,
    extra: { query_timeout: ANSWER_MS, stream },
  });
}

/** For migrations, which may take as long as they need. */
export function migrationsDataSource(
  reached: Reached,
  schema: SchemaName,
  { stream } = new Connections(),
): DataSource {
  return dataSource(reached, schema, {
    purpose: 'migrations',
    poolSize: 1,
    settings: MIGRATION_SETTINGS,
    extra: { stream },
  });
}

interface Purpose {
  readonly purpose: string;
  readonly poolSize: number;
  readonly settings: SessionSettings;
  readonly extra: object;
}

function dataSource(
  reached: Reached,
  schema: SchemaName,
  { purpose, poolSize, settings, extra }: Purpose,
): DataSource {
  const { url, keepsSession } = accessOf(reached);
  const { connectionString, ...start } = sessionStart(url, keepsSession, settings);
  return new DataSource({
    type: 'postgres',
    url: connectionString,
    schema: schema.name,
    entities: tasksEntities,
    migrations: tasksMigrations,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    // For migrations behind a pooler: a session of our own is told so when it begins, and what users ask says it itself.
    // TypeORM 0.3 does not know it; there such a migration may fail and is tried again.
    ...(!keepsSession && { isolationLevel: 'READ COMMITTED' as const }),
    applicationName: `${schema.name}:${purpose}`,
    poolSize,
    connectTimeoutMS: 5_000,
    // An error of an idle connection; the next query opens another one.
    poolErrorHandler: () => undefined,
    extra: { keepAlive: true, ...start, ...extra },
  });
}
