import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/**
 * Somebody else's transaction on the same database, which takes something and sits on it. When the
 * server goes away meanwhile, so has what it held.
 *
 * @param takes statements that take it; what the last one gave is returned
 */
export async function strangerHolds(
  url: string,
  takes: readonly string[],
  ms: number,
): Promise<readonly pg.QueryResultRow[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'a stranger' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('BEGIN');
    let rows: readonly pg.QueryResultRow[] = [];
    for (const statement of takes) rows = (await client.query(statement)).rows;
    await sleep(ms);
    await client.query('ROLLBACK');
    return rows;
  } catch {
    return [];
  } finally {
    await client.end().catch(() => undefined);
  }
}
