import { DataSource } from 'typeorm';
import type { SchemaName } from '../schema-name.js';
import { tasksEntities } from './entities/index.js';
import { tasksMigrations } from './migrations/index.js';

/** Connections for what users ask; the engine has its own. */
const CONNECTIONS = 5;

/** Our own data source: a host's is never given our entities or migrations. */
export function tasksDataSource(databaseUrl: string, schema: SchemaName): DataSource {
  return new DataSource({
    type: 'postgres',
    url: databaseUrl,
    schema: schema.name,
    entities: tasksEntities,
    migrations: tasksMigrations,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    applicationName: `${schema.name}:api`,
    poolSize: CONNECTIONS,
    connectTimeoutMS: 5_000,
    // An error of an idle connection; the next query opens another one.
    poolErrorHandler: () => undefined,
    extra: { keepAlive: true, query_timeout: 30_000 },
  });
}
