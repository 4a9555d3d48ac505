import type { QueryRunner } from 'typeorm';
import { schemaOf } from '../schema-of.js';

/**
 * How a migration changes tables that may be large while everybody works on them. Such a migration has
 * `transaction = false`, and each of its statements can be made again.
 *
 * - An index is built CONCURRENTLY: nobody waits for it. A build that was interrupted leaves an invalid
 *   index, which costs every write and serves no read: it is dropped and built anew.
 * - What takes the whole table (a column, a constraint that is NOT VALID yet) takes an instant, but it
 *   queues behind whoever holds the table, and everybody queues behind it. So it waits for a short time
 *   only, lets the others pass, and tries again.
 * - A constraint is added NOT VALID and validated by another statement, which locks no one out.
 */
const TRIES = 10;
const REST_MS = 500;
const LOCK_NOT_AVAILABLE = '55P03';

export interface NewIndex {
  readonly name: string;
  /** What follows ON: the table without its schema, columns and condition. */
  readonly on: string;
}

export async function buildIndex(runner: QueryRunner, { name, on }: NewIndex): Promise<void> {
  const schema = schemaOf(runner);
  await patiently(async () => {
    const invalid = (await runner.query(
      `SELECT 1 FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid`,
      [`${schema}.${name}`],
    )) as unknown[];
    if (invalid.length > 0) {
      await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${schema}.${name}`);
    }
    await runner.query(`CREATE INDEX ${howOf(runner)} IF NOT EXISTS ${name} ON ${schema}.${on}`);
  });
}

export async function dropIndex(runner: QueryRunner, name: string): Promise<void> {
  const sql = `DROP INDEX ${howOf(runner)} IF EXISTS ${schemaOf(runner)}.${name}`;
  await patiently(() => runner.query(sql));
}

/** TypeORM takes migrations back within a transaction, unless it is told not to. */
const howOf = (runner: QueryRunner) => (runner.isTransactionActive ? '' : 'CONCURRENTLY');

/** A statement that takes a whole table for an instant. */
export async function alterTable(
  runner: QueryRunner,
  table: string,
  change: string,
): Promise<void> {
  const sql = `ALTER TABLE ${schemaOf(runner)}.${table} ${change}`;
  await patiently(() => runner.query(sql));
}

/** @throws Error that says who is waited for */
async function patiently(statement: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await statement();
      return;
    } catch (error) {
      if (codeOf(error) !== LOCK_NOT_AVAILABLE) throw error;
      if (tries === TRIES) throw new Error(HELD, { cause: error });
      await new Promise((again) => setTimeout(again, REST_MS));
    }
  }
}

const HELD =
  'a migration waits for a transaction that has been open for long. See pg_stat_activity for ' +
  'sessions that are "idle in transaction", and end them';

const codeOf = (error: unknown) =>
  (error as { readonly driverError?: { readonly code?: unknown } }).driverError?.code;
