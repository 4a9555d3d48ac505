import pg from 'pg';
import { clientConfig } from './client-config.js';
import type { PostgresStoreOptions } from './engine-options.js';
import type { Statement } from './sql/statement.js';

/** The engine's connections for statements that need no session of their own. */
export class EnginePool {
  private readonly pool: pg.Pool;
  private readonly named: boolean;

  constructor(options: PostgresStoreOptions) {
    this.pool = new pg.Pool({
      ...clientConfig(options, options.pooled, 'engine'),
      max: options.poolSize,
      idleTimeoutMillis: 30_000,
    });
    // An idle connection that breaks is replaced when the next statement asks for one.
    this.pool.on('error', () => undefined);
    this.named = options.pooled.keepsSession;
  }

  async query<Row>({ name, text }: Statement, values: readonly unknown[]): Promise<Row[]> {
    const { rows } = await this.pool.query({
      ...(this.named ? { name } : {}),
      text,
      values: [...values],
    });
    return rows as Row[];
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}
