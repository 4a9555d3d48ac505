import pg from 'pg';
import type { PostgresTestStore } from './postgres-store.js';

/** Somebody's transaction that stays open. */
export interface Holder {
  query(sql: string, values?: readonly unknown[]): Promise<unknown>;
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
    query: (sql, values = []) => client.query(sql, [...values]),
    release: () => client.end(),
  };
}
