import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** Our own, undisturbed look at the database. While the server is down, questions wait. */
export class Observer {
  private readonly pool: pg.Pool;

  constructor(url: string) {
    this.pool = new pg.Pool({ connectionString: url, max: 2, application_name: 'chaos observer' });
    this.pool.on('error', () => undefined);
  }

  async query<Row extends pg.QueryResultRow>(
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        return (await this.pool.query<Row>(sql, [...values])).rows;
      } catch (error) {
        if (!isOutage(error) || Date.now() > giveUpAt) throw error;
        await sleep(AGAIN_MS);
      }
    }
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}

const PATIENCE_MS = 60_000;
const AGAIN_MS = 100;

/** Whatever the server says of a statement itself is no outage. */
function isOutage(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code !== 'string' || !/^(2|3|42)/.test(code);
}
