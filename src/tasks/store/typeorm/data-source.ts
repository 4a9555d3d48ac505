import { DataSource } from 'typeorm';
import { Connections } from '../postgres/connections.js';
import type { SchemaName } from '../schema-name.js';
import { tasksEntities } from './entities/index.js';
import { tasksMigrations } from './migrations/index.js';

/** Connections for what users ask; the engine has its own. */
const CONNECTIONS = 5;

/** What a user asks for takes milliseconds. One that takes so long has no answer to wait for. */
const ANSWER_MS = 30_000;

/**
 * Our own data source: a host's is never given our entities or migrations. It sets nothing at the
 * start of a connection, which a pooler would refuse.
 */
export function tasksDataSource(
  databaseUrl: string,
  schema: SchemaName,
  { stream } = new Connections(),
): DataSource {
  return dataSource(databaseUrl, schema, 'api', CONNECTIONS, { query_timeout: ANSWER_MS, stream });
}

/** For migrations, which may take as long as they need. */
export function migrationsDataSource(
  databaseUrl: string,
  schema: SchemaName,
  { stream } = new Connections(),
): DataSource {
  return dataSource(databaseUrl, schema, 'migrations', 1, { stream });
}

function dataSource(
  databaseUrl: string,
  schema: SchemaName,
  purpose: string,
  poolSize: number,
  extra: object,
): DataSource {
  return new DataSource({
    type: 'postgres',
    url: databaseUrl,
    schema: schema.name,
    entities: tasksEntities,
    migrations: tasksMigrations,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    // Ours look again after each wait for a lock, whatever the server's own default is.
    isolationLevel: 'READ COMMITTED',
    applicationName: `${schema.name}:${purpose}`,
    poolSize,
    connectTimeoutMS: 5_000,
    // An error of an idle connection; the next query opens another one.
    poolErrorHandler: () => undefined,
    extra: { keepAlive: true, ...extra },
  });
}
