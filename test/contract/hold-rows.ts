import pg from 'pg';
import type { PostgresTestStore } from './postgres-store.js';

/** Somebody's transaction that stays open. */
export interface Holder {
  query(sql: string, values?: readonly unknown[]): Promise<unknown>;
  /** Whether another session waits for it. */
  blocks(): Promise<boolean>;
  /** Rolls back what it did, if anything. */
  release(): Promise<void>;
}

/** Locks the rows of a query, as a host's open transaction or a session of psql does. */
export async function holdRows(
  { url }: Pick<PostgresTestStore, 'url'>,
  select: string,
): Promise<Holder> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('BEGIN');
  await client.query(`${select} FOR UPDATE`);
  return {
    blocks: async () => {
      const { rowCount } = await client.query(
        'SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))',
      );
      return rowCount !== 0;
    },
    query: (sql, values = []) => client.query(sql, [...values]),
    release: () => client.end(),
  };
}
