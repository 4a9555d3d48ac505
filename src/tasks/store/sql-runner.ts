/**
 * What runs SQL on one connection: our own transaction, or a caller's `EntityManager`, which has this
 * shape. Ours never needs more of it, so a caller's data source needs none of our entities.
 */
export interface SqlRunner {
  query<Rows>(sql: string, parameters?: unknown[]): Promise<Rows>;
}
