import pg from 'pg';
import { boundedQuery } from './bounded-query.js';
import { clientConfig } from './client-config.js';
import type { PoolUse } from '../../../domain/figures.js';
import type { PostgresStoreOptions } from './engine-options.js';
import type { SqlRunner } from '../../sql-runner.js';
import { beginWith, ENGINE_SETTINGS, type SessionSettings } from './session-settings.js';
import type { Statement } from './statement.js';

/** The engine's connections for statements that need no session of their own. */
export class EnginePool {
  private readonly pool: pg.Pool;
  private readonly named: boolean;
  /** What each transaction must be given; null: the session has it. */
  private readonly limits: SessionSettings | null;

  constructor(options: PostgresStoreOptions) {
    this.pool = new pg.Pool({
      ...clientConfig(options, options.pooled, 'engine'),
      max: options.poolSize,
      idleTimeoutMillis: 30_000,
    });
    // An idle connection that breaks is replaced when the next statement asks for one.
    this.pool.on('error', () => undefined);
    // One that breaks in use is told of by its statement.
    this.pool.on('connect', (client) => client.on('error', () => undefined));
    this.named = options.pooled.keepsSession;
    this.limits = options.pooled.keepsSession ? null : ENGINE_SETTINGS;
  }

  query<Row>({ name, text }: Statement, values: readonly unknown[]): Promise<Row[]> {
    return this.using((client) =>
      boundedQuery(client, { ...(this.named ? { name } : {}), text, values }, this.limits),
    );
  }

  /** Statements of one transaction. None of them is prepared by name. */
  transaction<T>(body: (sql: SqlRunner) => Promise<T>): Promise<T> {
    return this.using(async (client) => {
      await client.query(beginWith(this.limits ?? {}));
      const answer = await body(runnerOn(client));
      await client.query('COMMIT');
      return answer;
    });
  }

  /** Statements each on their own; where connections keep no settings, of one transaction. */
  use<T>(body: (sql: SqlRunner) => Promise<T>): Promise<T> {
    return this.limits === null
      ? this.using((client) => body(runnerOn(client)))
      : this.transaction(body);
  }

  inUse(): PoolUse {
    const { totalCount, idleCount: idle, waitingCount: waiting, options } = this.pool;
    return { used: totalCount - idle, idle, waiting, most: options.max };
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  private async using<T>(body: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let failure: Error | undefined;
    try {
      return await body(client);
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    } finally {
      // With an error it is closed: what it waits for on the server ends with it.
      client.release(failure);
    }
  }
}

const runnerOn = (client: pg.PoolClient): SqlRunner => ({
  async query<Rows>(sql: string, parameters: unknown[] = []) {
    const { rows } = await client.query(sql, parameters);
    return rows as Rows;
  },
});
