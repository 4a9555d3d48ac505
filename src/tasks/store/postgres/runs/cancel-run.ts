import type { Run } from '../../../domain/run.js';
import { STAMP } from '../database-time.js';
import type { ChangeOptions } from '../../job-store.js';
import {
  cancellation,
  cancelledError,
  cancelling,
  cancelReasonOf,
} from '../../../domain/run-changes.js';
import { writeAudit } from '../cluster/audit.js';
import type { JobWriter } from '../jobs/job-writer.js';
import { readRun } from './read-run.js';

/**
 * Cancels a run: at once if it is pending, else by a request that its node hears of.
 *
 * The row's lock decides against a claim, an outcome or a retry on its way: it is had first, and the
 * state is read in a later statement, as it is then. Whoever writes the run after that reads the
 * request from the row. The plan of its job is not needed, for nothing becomes pending.
 *
 * @throws RunNotFoundError, WrongStateError
 */
export async function cancelRun(writer: JobWriter, id: string, by: ChangeOptions): Promise<Run> {
  const { sql, schema, shift } = writer;
  await sql.query(`SELECT 1 FROM ${schema.quoted}.runs WHERE id = $1::bigint FOR NO KEY UPDATE`, [
    id,
  ]);
  const run = await readRun(sql, schema, id);
  const why = cancelReasonOf(by);
  switch (cancelling(run)) {
    case 'nothing':
      return run;
    case 'end':
      await writer.query(
        `UPDATE ${schema.quoted}.runs
         SET state = 'cancelled', queued = false, held = NULL, finished_at = ${STAMP},
             error = $3::jsonb
         WHERE id = $2::bigint`,
        [id, JSON.stringify(cancelledError(why))],
      );
      // Its instance is free for one that waits.
      await writer.notify('slots');
      break;
    case 'ask':
      await writer.query(
        `UPDATE ${schema.quoted}.runs SET cancel_requested_at = ${STAMP}, cancel_reason = $3
         WHERE id = $2::bigint`,
        [id, why],
      );
      await writer.notify('cancel');
  }
  const after = await readRun(sql, schema, id);
  await writeAudit(sql, schema, shift, {
    ...(by.actor !== undefined && { actor: by.actor }),
    action: 'run.cancel',
    jobId: run.jobId,
    runId: id,
    reason: by.reason ?? null,
    details: cancellation(run, after),
  });
  return after;
}
