import type { SqlRunner } from '../sql-runner.js';

/**
 * Whoever runs SQL of ours: the data source of what users ask, and the engine's own connections. Both
 * reject with an `UnavailableError` where the database, and not the statement, is to blame.
 */
export interface SqlScope {
  /** Statements each on their own. */
  use<T>(body: (sql: SqlRunner) => Promise<T>): Promise<T>;
  /** All of it or nothing. */
  transaction<T>(body: (sql: SqlRunner) => Promise<T>): Promise<T>;
}
