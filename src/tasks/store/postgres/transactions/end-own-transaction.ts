import { heldMarks, marked } from './transaction-mark.js';
import type { Claim } from '../../run-queue.js';
import type { SchemaName } from '../schema-name.js';
import type { SqlRunner } from '../../sql-runner.js';

/**
 * Ends the transaction of a run whose connection this node has destroyed. Where packets vanish the
 * server has not heard of it, and a pooler between the two may never hear.
 */
export async function endOwnTransaction(
  ours: SqlRunner,
  schema: SchemaName,
  { runId, attempt }: Claim,
): Promise<void> {
  await ours.query(
    `WITH held AS MATERIALIZED (${heldMarks(schema)}),
     mine AS MATERIALIZED (${marked(schema)})
     SELECT pg_terminate_backend(pid) FROM mine WHERE run_id = $1::bigint AND attempt = $2::int`,
    [runId, attempt & 0xffff],
  );
}
