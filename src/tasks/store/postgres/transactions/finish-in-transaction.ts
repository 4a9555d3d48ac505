import { STAMP, type ClockShift } from '../database-time.js';
import { isClaimOf } from '../session/statement.js';
import type { Claim } from '../../run-queue.js';
import type { SchemaName } from '../schema-name.js';
import type { SqlRunner } from '../../sql-runner.js';
import { isMarked, type RunMark } from './run-mark.js';

/** Whose ledger it is, and who writes. */
export interface Finisher {
  readonly schema: SchemaName;
  readonly shift: ClockShift;
  readonly nodeId: string;
  /** After so long a silence a node counts as dead, in ms. */
  readonly deadAfterMs: number;
}

/** `ended`: the transaction is not the one that was begun, and nothing was written. */
export type InTransaction = 'finished' | 'lost' | 'ended';

/**
 * Writes a run's success where its own writes are, right before their commit. The row stays locked
 * until then, so nobody gives the run up in between.
 *
 * @param result JSON
 * @returns `lost` when the run is no longer this node's
 */
export async function finishInTransaction(
  sql: SqlRunner,
  { schema, shift, nodeId }: Finisher,
  { runId, attempt }: Claim,
  result: unknown,
  mark: RunMark,
): Promise<InTransaction> {
  const [row] = await sql.query<{ how: InTransaction }[]>(
    `WITH begun AS MATERIALIZED (SELECT 1 WHERE ${isMarked('$6', '$7')}),
     finished AS (
       UPDATE ${schema.quoted}.runs r
       SET state = 'succeeded', finished_at = ${STAMP}, result = $5::jsonb, error = NULL
       WHERE EXISTS (SELECT 1 FROM begun) AND r.id = $2::bigint AND r.attempt = $3::int AND ${isClaimOf('r', '$4')}
       RETURNING 1)
     SELECT CASE WHEN EXISTS (SELECT 1 FROM finished) THEN 'finished'
                 WHEN EXISTS (SELECT 1 FROM begun) THEN 'lost' ELSE 'ended' END AS how`,
    [
      shift.bound,
      runId,
      attempt,
      nodeId,
      result === undefined ? null : JSON.stringify(result),
      mark.pid,
      mark.began,
    ],
  );
  return row!.how;
}

/**
 * Whether a success was committed whose commit was not answered. It may still be on its way: then the
 * row is locked, and this waits until it has happened or is rolled back.
 */
export async function wasFinished(
  sql: SqlRunner,
  { schema, nodeId }: Finisher,
  { runId, attempt }: Claim,
): Promise<boolean> {
  const rows = await sql.query<{ state: string }[]>(
    `SELECT state FROM ${schema.quoted}.runs
     WHERE id = $1::bigint AND attempt = $2::int AND node_id = $3::uuid FOR SHARE`,
    [runId, attempt, nodeId],
  );
  return rows[0]?.state === 'succeeded';
}

/**
 * Why the success could not be written in a transaction that sees the database as it was at its
 * beginning: somebody has changed the run since. Null: not because of that.
 */
export async function changedMeanwhile(
  sql: SqlRunner,
  { schema, nodeId }: Finisher,
  { runId, attempt }: Claim,
): Promise<'lost' | { readonly cancelled: string } | null> {
  const [row] = await sql.query<{ cancelled: string | null }[]>(
    `SELECT CASE WHEN cancel_requested_at IS NOT NULL THEN coalesce(cancel_reason, 'cancelled')
            END AS cancelled
     FROM ${schema.quoted}.runs r
     WHERE r.id = $1::bigint AND r.attempt = $2::int AND ${isClaimOf('r', '$3')}`,
    [runId, attempt, nodeId],
  );
  if (!row) return 'lost';
  return row.cancelled === null ? null : { cancelled: row.cancelled };
}
