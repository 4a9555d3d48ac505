import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import type { NodeStatus } from './node-status.js';
import type { EngineStore } from '../store/engine-store.js';
import type { ClockShift } from '../store/postgres/database-time.js';
import type { NodeIdentity } from '../store/postgres/session/engine-options.js';
import { postgresEngineStore } from '../store/postgres/engine-store.js';
import { probeServer, type PostgresAccess } from '../store/postgres/session/probe-server.js';
import { SchemaName } from '../store/postgres/schema-name.js';
import { migrate } from '../store/postgres/migrate.js';
import type { TasksDatabase } from '../store/postgres/tasks-database.js';
import type { TasksOptions } from '../tasks.options.js';

/** What a node opens its database with. */
export interface PostgresParts {
  readonly options: TasksOptions;
  readonly node: NodeIdentity;
  readonly database: TasksDatabase;
  readonly shift: ClockShift;
  readonly clock: Clock;
  readonly status: NodeStatus;
  readonly log: Log;
}

/** How the server is reached: for ordinary statements, and for connections that keep a session. */
interface Reached {
  readonly pooled: PostgresAccess;
  readonly direct: PostgresAccess;
}

/**
 * Reaches the database and brings it up to date. Safe to call again.
 *
 * @param signal nothing more is begun once it is aborted
 */
export async function reachPostgres(
  { options, status, database, log }: Omit<PostgresParts, 'node' | 'shift' | 'clock'>,
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

/** Opens what the engine of a node works with. */
export async function openPostgres(
  parts: PostgresParts,
  signal: AbortSignal,
): Promise<EngineStore> {
  const { options, node, database, shift, clock, log } = parts;
  const { pooled, direct } = await reachPostgres(parts, signal);
  const { connections } = database;
  const schema = new SchemaName(options.schema);
  const { poolSize, leaseMs, deadAfterMs, orphanAfterMs, retentionDays, hint } = options;
  return postgresEngineStore({
    poolSize,
    leaseMs,
    deadAfterMs,
    orphanAfterMs,
    retentionDays,
    hint,
    schema,
    pooled,
    direct,
    node,
    shift,
    clock,
    log,
    connections,
  });
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
