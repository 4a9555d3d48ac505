import type { Obstacles, Transaction } from '../../cluster-store.js';
import { LONG_MS, VACUUM_MS } from '../../../domain/problems/situation.js';
import type { SchemaName } from '../schema-name.js';

type StoredTransaction = Omit<Transaction, 'since'> & { readonly since: string };

export interface StoredObstacles {
  readonly vacuum: StoredTransaction | null;
  readonly transactions: readonly StoredTransaction[];
}

/** So many are named. */
const MOST = 20;

const before = (ms: number) => `clock_timestamp() - interval '${ms} milliseconds'`;

/** A prepared transaction belongs to no process. */
const TRANSACTION = (alias: string) => `json_build_object(
    'pid', ${alias}.pid, 'name', ${alias}.gid, 'user', ${alias}.owner,
    'application', ${alias}.application, 'since', ${alias}.since)`;

/**
 * Transactions of others that stand in the way, by the server's own clock: the oldest that keeps vacuum from
 * cleaning up, and those that hold locks on tables of ours. Of sessions of other users a role without rights to
 * that sees nothing.
 */
export const selectObstacles = (
  { name, quoted }: SchemaName,
  { longMs, vacuumMs } = { longMs: LONG_MS, vacuumMs: VACUUM_MS },
) =>
  `WITH open AS MATERIALIZED (
     SELECT pid, NULL::text AS gid, usename::text AS owner, application_name AS application,
            xact_start AS since, backend_xmin IS NOT NULL OR backend_xid IS NOT NULL AS keeps
     FROM pg_stat_activity
     WHERE datname = current_database() AND xact_start IS NOT NULL AND backend_type = 'client backend'
     UNION ALL
     SELECT NULL, gid, owner::text, 'a prepared transaction', prepared, true
     FROM pg_prepared_xacts WHERE database = current_database())
   SELECT json_build_object(
     'vacuum', (SELECT ${TRANSACTION('o')} FROM open o
                WHERE o.keeps AND o.since < ${before(vacuumMs)} ORDER BY o.since LIMIT 1),
     'transactions', (SELECT coalesce(json_agg(${TRANSACTION('o')} ORDER BY o.since), '[]') FROM (
        SELECT * FROM open o
        WHERE o.since < ${before(longMs)} AND o.application NOT LIKE '${name.replaceAll('_', '\\_')}:%'
          AND o.pid IN (
            SELECT l.pid FROM pg_locks l
            WHERE l.locktype = 'relation' AND l.mode <> 'AccessShareLock'
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND l.relation IN (SELECT c.oid FROM pg_class c
                                 WHERE c.relnamespace = '${quoted}'::regnamespace))
        ORDER BY o.since LIMIT ${MOST}) o)) AS obstacles`;

export const obstaclesOf = ({ vacuum, transactions }: StoredObstacles): Obstacles => ({
  vacuum: vacuum && transactionOf(vacuum),
  transactions: transactions.map(transactionOf),
});

const transactionOf = ({ since, ...stored }: StoredTransaction): Transaction => ({
  ...stored,
  since: new Date(since),
});
