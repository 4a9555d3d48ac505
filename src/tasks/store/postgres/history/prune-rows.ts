import { STATEMENT_CLOCK } from '../database-time.js';
import { MAX_TERMS_KEPT, type Kept } from '../../history.js';
import type { SchemaName } from '../schema-name.js';
import { LOCK_NAME, type Statement } from '../session/statement.js';

/** At most so many at once, so that no statement is long. */
const BATCH = 500;

interface Rows {
  readonly table: string;
  readonly key: readonly string[];
  /** The instant by which they age, which an index leads by; null: they are counted. */
  readonly age: string | null;
  /** Which may go. */
  readonly where: (quoted: string) => string;
}

const OLD = `${STATEMENT_CLOCK} - $2::int * interval '1 day'`;

const ROWS: Readonly<Record<Exclude<Kept, 'runs'>, Rows>> = {
  nodes: {
    table: 'nodes',
    key: ['id'],
    age: 'heartbeat_at',
    where: () => `heartbeat_at < ${OLD}`,
  },
  audit: { table: 'audit', key: ['id'], age: 'at', where: () => `at < ${OLD}` },
  'idempotency-keys': {
    table: 'idempotency_keys',
    key: ['scope', 'key'],
    age: 'created_at',
    where: () => `created_at < ${OLD}`,
  },
  terms: {
    table: 'leader_history',
    key: ['name', 'fencing_token'],
    age: null,
    where: (quoted) => `name = ${LOCK_NAME} AND fencing_token <= (
      SELECT l.fencing_token - ${MAX_TERMS_KEPT} FROM ${quoted}.leader_lock l
      WHERE l.name = ${LOCK_NAME})`,
  },
  // A job that has not been fired since must still learn of them.
  pauses: {
    table: 'cluster_pauses',
    key: ['id'],
    age: 'ended_at',
    where: (quoted) => `ended_at < ${OLD} AND ended_at < coalesce(
      (SELECT min(next_fire_at) FROM ${quoted}.job_plans), 'infinity')`,
  },
  sums: {
    table: 'run_hours',
    key: ['job_id', 'hour', 'state'],
    age: 'hour',
    where: () => `hour < ${OLD}`,
  },
  'counted-hours': {
    table: 'counted_hours',
    key: ['hour'],
    age: 'hour',
    where: () => `hour < ${OLD}`,
  },
};

/** Deletes some rows that are older than $2 days, from $3 on; what somebody holds is passed over. */
export function pruneRows({ quoted }: SchemaName, what: Exclude<Kept, 'runs'>): Statement {
  const { table, key, age, where } = ROWS[what];
  const order = age ?? key.at(-1)!;
  const keys = key.join(', ');
  return {
    name: `prune_${table}`,
    text: `
      WITH old AS MATERIALIZED (
        SELECT ${keys}, ${age ?? 'NULL::timestamptz'} AS age FROM ${quoted}.${table}
        WHERE ${where(quoted)}
          AND ${age ? `${age} >= coalesce($3::timestamptz, '-infinity')` : '$3::timestamptz IS NULL'}
          ${age ? '' : 'AND $1::interval IS NOT NULL AND $2::int IS NOT NULL'}
        ORDER BY ${order}
        LIMIT ${BATCH}
        FOR UPDATE SKIP LOCKED),
      pruned AS (
        DELETE FROM ${quoted}.${table} t USING old
        WHERE ${key.map((column) => `t.${column} = old.${column}`).join(' AND ')}
        RETURNING 1)
      SELECT (SELECT count(*)::int FROM pruned) AS rows,
             (SELECT count(*) FROM old) = ${BATCH} AS more,
             (SELECT max(age) FROM old) AS up_to`,
  };
}
