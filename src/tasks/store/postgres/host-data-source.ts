import { DataSource } from 'typeorm';
import { HostDatabaseError } from '../../domain/errors.js';
import type { SchemaName } from './schema-name.js';
import type { SqlRunner } from '../sql-runner.js';

/** What the application provides under a token. @throws when there is nothing */
export type FindDataSource = (token: string | typeof DataSource) => DataSource;

/**
 * The host's own data source.
 *
 * @param given the option: the data source, or the name under which the host registered it
 * @throws HostDatabaseError
 */
export function hostDataSource(
  given: DataSource | string | undefined,
  find: FindDataSource,
): DataSource {
  if (typeof given === 'object') return given;
  // As TypeOrmModule names its providers.
  const token = given === undefined || given === 'default' ? DataSource : `${given}DataSource`;
  try {
    return find(token);
  } catch (cause) {
    throw new HostDatabaseError(
      `the application has no ${given === undefined ? 'DataSource' : `DataSource "${given}"`}`,
      'Import TypeOrmModule.forRoot, or give TasksModule the option "dataSource".',
      { cause },
    );
  }
}

/** What tells one database from all others, also to users who may see nothing else. */
const IDENTITY = `
  SELECT d.oid::text AS database, extract(epoch FROM pg_postmaster_start_time())::text AS server,
         coalesce(has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
                    AND has_table_privilege(c.oid, 'UPDATE'), false) AS "mayFinish"
  FROM pg_database d
  LEFT JOIN pg_namespace n ON n.nspname = $1
  LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'runs'
  WHERE d.datname = current_database()`;

interface Identity {
  readonly database: string;
  readonly server: string;
  readonly mayFinish: boolean;
}

/**
 * A run's writes and its success can be committed together only where both are.
 *
 * @throws HostDatabaseError
 */
export async function checkSameDatabase(
  host: SqlRunner,
  ours: SqlRunner,
  schema: SchemaName,
): Promise<void> {
  const [[theirs], [own]] = await Promise.all([
    host.query<Identity[]>(IDENTITY, [schema.name]),
    ours.query<Identity[]>(IDENTITY, [schema.name]),
  ]);
  if (theirs?.database !== own?.database || theirs?.server !== own?.server) {
    throw new HostDatabaseError(
      `the host's DataSource and the scheduler do not use the same database`,
      'Give TasksModule the option "dataSource" that does, or the "databaseUrl" of the host.',
    );
  }
  if (!theirs?.mayFinish) {
    throw new HostDatabaseError(
      `the host's user may not write to ${schema.quoted}.runs`,
      `GRANT USAGE ON SCHEMA ${schema.quoted} and SELECT, UPDATE ON ${schema.quoted}.runs to it.`,
    );
  }
}

/** A transactional run holds a connection as long as it takes; null: there are enough. */
export function poolWarning({ options }: DataSource, concurrency: number): string | null {
  const { poolSize, extra } = options as {
    readonly poolSize?: number;
    readonly extra?: { readonly max?: number };
  };
  const connections = extra?.max ?? poolSize ?? PG_DEFAULT;
  if (connections >= concurrency) return null;
  return (
    `The host's DataSource has ${connections} connections for up to ${concurrency} transactional ` +
    'runs, each of which holds one: the others wait. Raise its "poolSize" or lower "concurrency".'
  );
}

/** What pg's pool opens at most when nothing is said. */
const PG_DEFAULT = 10;
