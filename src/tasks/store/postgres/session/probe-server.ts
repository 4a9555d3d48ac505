import pg from 'pg';
import { Connections, endConnection } from './connections.js';
import { sessionStart } from './session-settings.js';

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
    // A pooler refuses settings at the start, and whether this is one is the question.
    ...sessionStart(url, false, {}),
    application_name: 'carillon:probe',
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
    stream,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<Server & { pid: number }>(
      `SELECT pg_backend_pid() AS pid, current_setting('server_version_num')::int AS version,
              pg_is_in_recovery() AS standby, d.datname AS database,
              pg_encoding_to_char(d.encoding) AS encoding
       FROM pg_database d WHERE d.datname = current_database()`,
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

export interface Server {
  readonly version: number;
  readonly standby: boolean;
  readonly database: string;
  readonly encoding: string;
}

/** Those that hold any text. The second keeps the bytes that it is given. */
const ENCODINGS = ['UTF8', 'SQL_ASCII'];

/** @throws Error for a server that is too old, cannot be written to, or cannot hold every text */
function refuseServer(server: Server): void {
  if (server.version < OLDEST) {
    const major = Math.floor(server.version / 10_000);
    throw new Error(
      `PostgreSQL ${major} is too old: Carillon needs 14 or newer. Upgrade the server`,
    );
  }
  if (server.standby) {
    throw new Error('the server is a read-only standby: point DATABASE_URL at the primary');
  }
  if (!ENCODINGS.includes(server.encoding)) {
    throw new Error(
      `the database "${server.database}" has the encoding ${server.encoding}, which cannot hold ` +
        `every text that a handler may return. Use a database with the encoding UTF8: CREATE ` +
        `DATABASE … TEMPLATE template0 ENCODING 'UTF8'`,
    );
  }
}
