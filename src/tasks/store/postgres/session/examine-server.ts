import pg from 'pg';
import { SchemaName } from '../schema-name.js';
import { checkRights } from './check-rights.js';
import { endConnection } from './connections.js';

/** What a server is, as one connection with the given URL sees it. Nothing is changed. */
export interface ServerFindings {
  /** As `server_version_num`. */
  readonly version: number;
  readonly standby: boolean;
  readonly readOnly: boolean;
  readonly encoding: string;
  /** Whether connections keep their session; no: a transaction pooler stands between. */
  readonly keepsSession: boolean;
  /** Whether a NOTIFY is heard on the connection that listens. */
  readonly hears: boolean;
  readonly jit: boolean;
  /** By how much the database's clock is ahead of ours, and how far off that may be, in ms. */
  readonly clock: { readonly aheadMs: number; readonly withinMs: number };
  readonly schema: {
    readonly name: string;
    /** How many migrations have run; null: there are no tables. */
    readonly version: number | null;
    /** What the role may not do, with the statement that grants it; null: it may do all. */
    readonly lacks: string | null;
  };
  /** Tables of ours in which more rows are dead than alive. */
  readonly bloated: readonly { readonly name: string; readonly dead: number }[];
}

const ABOUT = `
  SELECT pg_backend_pid() AS pid, current_setting('server_version_num')::int AS version,
         pg_is_in_recovery() AS standby, current_setting('default_transaction_read_only') = 'on' AS "readOnly",
         pg_encoding_to_char(d.encoding) AS encoding, current_setting('jit') = 'on' AS jit,
         EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname = $1 AND c.relname = 'migrations') AS migrated
  FROM pg_database d WHERE d.datname = current_database()`;

type About = Pick<ServerFindings, 'version' | 'standby' | 'readOnly' | 'encoding' | 'jit'> & {
  readonly pid: number;
  readonly migrated: boolean;
};

/** Fewer dead rows are what every busy table has between two vacuums. */
const MANY_DEAD = 10_000;

const BLOATED = `
  SELECT relname AS name, n_dead_tup::float8 AS dead FROM pg_stat_user_tables
  WHERE schemaname = $1 AND n_dead_tup > ${MANY_DEAD} AND n_dead_tup > n_live_tup ORDER BY relname`;

/**
 * @param now reads the clock that the database's is compared with, in ms
 * @throws Error of the driver where the server cannot be reached or asked
 */
export async function examineServer(
  url: string,
  schemaName: string,
  now: () => number,
): Promise<ServerFindings> {
  const schema = new SchemaName(schemaName);
  const client = new pg.Client({
    connectionString: url,
    application_name: 'carillon:doctor',
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
  });
  client.on('error', () => undefined);
  const ask = async <Rows>(sql: string, values: unknown[] = []) =>
    (await client.query(sql, values)).rows as Rows;
  try {
    await client.connect();
    const [{ pid, migrated, ...about }] = await ask<[About]>(ABOUT, [schema.name]);
    const { processID } = client as unknown as { processID: number | null };
    const lacks = migrated ? await lackOf({ query: ask }, schema) : null;
    return {
      ...about,
      keepsSession: processID === pid,
      hears: await hears(client),
      clock: await compareClocks(ask, now),
      schema: {
        name: schema.name,
        version: migrated && lacks === null ? await versionOf(ask, schema) : null,
        lacks,
      },
      bloated: await ask<ServerFindings['bloated']>(BLOATED, [schema.name]),
    };
  } finally {
    await endConnection(client);
  }
}

type Ask = <Rows>(sql: string, values?: unknown[]) => Promise<Rows>;

async function lackOf(sql: { query: Ask }, schema: SchemaName): Promise<string | null> {
  try {
    await checkRights(sql, schema);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

async function versionOf(ask: Ask, { quoted }: SchemaName): Promise<number> {
  const [{ count }] = await ask<[{ count: number }]>(
    `SELECT count(*)::int AS count FROM ${quoted}.migrations`,
  );
  return count;
}

/** What a session notifies itself of arrives before the answer to the statement after it. */
async function hears(client: pg.Client): Promise<boolean> {
  let heard = false;
  client.once('notification', () => (heard = true));
  try {
    await client.query('LISTEN carillon_doctor');
    await client.query('NOTIFY carillon_doctor');
    await client.query('UNLISTEN carillon_doctor');
  } catch {
    // A standby, or a pooler that refuses to listen.
  }
  return heard;
}

async function compareClocks(ask: Ask, now: () => number): Promise<ServerFindings['clock']> {
  const before = now();
  const [{ at }] = await ask<[{ at: number }]>(
    `SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS at`,
  );
  const after = now();
  return { aheadMs: Math.round(at - (before + after) / 2), withinMs: (after - before) / 2 };
}
