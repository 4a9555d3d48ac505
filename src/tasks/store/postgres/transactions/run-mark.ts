import type { Claim } from '../../run-queue.js';
import type { SchemaName } from '../schema-name.js';
import type { SqlRunner } from '../../sql-runner.js';
import { markKeys } from './transaction-mark.js';

/** What tells the transaction that was begun for a run from all others. */
export interface RunMark {
  readonly pid: number;
  /** When it began, as the server has it, in seconds. */
  readonly began: string;
}

/**
 * Marks the transaction of a run, so that others can find it and end it.
 *
 * The server is also asked to notice by itself that nobody is at the other end any more, after as long
 * as makes a node dead: a process that only idles answers that without knowing. It holds for this
 * transaction.
 */
export async function markTransaction(
  sql: SqlRunner,
  schema: SchemaName,
  claim: Claim,
  deadAfterMs: number,
): Promise<RunMark> {
  const seconds = Math.max(1, Math.ceil(deadAfterMs / 2_000));
  const settings = {
    tcp_keepalives_idle: seconds,
    tcp_keepalives_interval: 1,
    tcp_keepalives_count: seconds,
    tcp_user_timeout: deadAfterMs,
    client_connection_check_interval: 1_000,
  };
  const set = Object.entries(settings).map(
    ([name, value]) => `set_config('${name}', '${value}', true)`,
  );
  const [mark] = await sql.query<RunMark[]>(
    `SELECT pg_backend_pid() AS pid, ${BEGAN} AS began,
            pg_try_advisory_xact_lock_shared($1::int, $2::int),
            pg_try_advisory_xact_lock_shared($3::int, $4::int), ${set.join(', ')}`,
    markKeys(schema, claim),
  );
  return mark!;
}

const BEGAN = `extract(epoch FROM transaction_timestamp())::text`;

/** Whether a transaction is still the one of which the parameters are the mark. */
export const isMarked = (pid: string, began: string) =>
  `(pg_backend_pid() = ${pid}::int AND ${BEGAN} = ${began})`;
