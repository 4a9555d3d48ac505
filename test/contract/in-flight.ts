import pg from 'pg';
import { until } from '../support/until.js';
import type { PostgresTestStore } from './postgres-store.js';

/** Somebody else's transaction, which stays open until `commit`. */
export class InFlight {
  private constructor(
    private readonly store: PostgresTestStore,
    private readonly other: pg.Client,
  ) {}

  static async beside(store: PostgresTestStore): Promise<InFlight> {
    const other = new pg.Client({ connectionString: store.url });
    await other.connect();
    return new InFlight(store, other);
  }

  async begin(...statements: readonly string[]): Promise<void> {
    await this.other.query('BEGIN');
    await this.other.query(`SET LOCAL search_path TO ${this.store.schema.quoted}`);
    await this.and(...statements);
  }

  async and(...statements: readonly string[]): Promise<void> {
    for (const statement of statements) await this.other.query(statement);
  }

  async commit(): Promise<void> {
    await this.other.query('COMMIT');
  }

  /** Resolves once a connection of ours waits for a lock. */
  async someoneWaits(): Promise<void> {
    await until('a wait for a lock', async () => {
      const waiting = await this.store.query(
        `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'
           AND datname = current_database() AND starts_with(application_name, $1)`,
        [`${this.store.schema.name}:`],
      );
      return waiting.length > 0;
    });
  }

  async end(): Promise<void> {
    await this.other.end();
  }
}
