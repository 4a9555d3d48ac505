import pg from 'pg';
import { Connections, endConnection } from './connections.js';

/** The oldest server that we support. */
const OLDEST = 140_000;

/** How to reach a server, and what its connections can do. */
export interface PostgresAccess {
  readonly url: string;
  /** A connection keeps its session: it can listen, hold advisory locks and prepare statements. */
  readonly keepsSession: boolean;
}

/**
 * Asks the server what it is.
 *
 * A transaction pooler passes most tests while it is idle, for it then gives the same server
 * connection again and again. But it answers the start of a connection itself, so the process id
 * that it gave there is not the one that the server names.
 *
 * @throws Error that says what is wrong with the server
 */
export async function probeServer(
  url: string,
  { stream } = new Connections(),
): Promise<PostgresAccess> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'carillon:probe',
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
    stream,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ pid: number; version: number; standby: boolean }>(
      `SELECT pg_backend_pid() AS pid, current_setting('server_version_num')::int AS version,
              pg_is_in_recovery() AS standby`,
    );
    const [server] = rows;
    if (!server) throw new Error('the server gave no answer about itself');
    refuseServer(server);
    const { processID } = client as unknown as { processID: number | null };
    return { url, keepsSession: processID === server.pid };
  } finally {
    await endConnection(client);
  }
}

/** @throws Error for a server that is too old or that cannot be written to */
export function refuseServer(server: { version: number; standby: boolean }): void {
  if (server.version < OLDEST) {
    const major = Math.floor(server.version / 10_000);
    throw new Error(
      `PostgreSQL ${major} is too old: Carillon needs 14 or newer. Upgrade the server`,
    );
  }
  if (server.standby) {
    throw new Error('the server is a read-only standby: point DATABASE_URL at the primary');
  }
}
