import type { Log } from '../domain/log.js';
import type { NodeStatus } from './node-status.js';
import { probeServer, type PostgresAccess } from '../store/postgres/session/probe-server.js';
import { migrate } from '../store/postgres/migrate.js';
import type { TasksDatabase } from '../store/postgres/tasks-database.js';
import type { TasksOptions } from '../tasks.options.js';

/** What a node reaches its database with. */
interface Ways {
  readonly options: TasksOptions;
  readonly database: TasksDatabase;
  readonly status: NodeStatus;
  readonly log: Log;
}

/** How the server is reached: for ordinary statements, and for connections that keep a session. */
export interface Reached {
  readonly pooled: PostgresAccess;
  readonly direct: PostgresAccess;
}

/**
 * Reaches the database and brings it up to date. Safe to call again.
 *
 * @param signal nothing more is begun once it is aborted
 */
export async function reachPostgres(
  { options, status, database, log }: Ways,
  signal?: AbortSignal,
): Promise<Reached> {
  const { connections } = database;
  const pooled = await probeServer(options.databaseUrl, connections);
  const direct = options.directDatabaseUrl
    ? await probeServer(options.directDatabaseUrl, connections)
    : pooled;
  signal?.throwIfAborted();
  tellMode(direct, status, log);
  // What takes long is better done on a connection that keeps its session.
  await migrate(direct.keepsSession ? direct : pooled, options.schema, options, connections);
  signal?.throwIfAborted();
  await database.open(pooled);
  signal?.throwIfAborted();
  return { pooled, direct };
}

function tellMode(direct: PostgresAccess, status: NodeStatus, log: Log): void {
  const mode = direct.keepsSession ? 'session' : 'pooler';
  if (mode === 'pooler' && status.mode === null) {
    log.warn(
      'The database is reached through a transaction pooler: this node polls, and a leader that ' +
        'dies is replaced when its lease ends. Set TASKS_DIRECT_DATABASE_URL to a direct URL.',
    );
  }
  status.mode = mode;
}
