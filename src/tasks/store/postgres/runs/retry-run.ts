import type { Run } from '../../../domain/run.js';
import type { ChangeOptions } from '../../job-store.js';
import { checkRetry, runMade } from '../../../domain/run-changes.js';
import { writeAudit } from '../cluster/audit.js';
import type { JobWriter } from '../jobs/job-writer.js';
import { readRun } from './read-run.js';
import { insertRun, lockForInsert } from './run-now.js';

/**
 * Runs again what a run that has ended was to do, with the payload that it had. It is a new row under
 * the protocol of `run-now.ts`: a final state is never left.
 *
 * @throws RunNotFoundError, WrongStateError, JobNotFoundError, OverlappedError
 */
export async function retryRun(writer: JobWriter, id: string, by: ChangeOptions): Promise<Run> {
  const { sql, schema, shift } = writer;
  const run = await readRun(sql, schema, id);
  checkRetry(run);
  const job = await lockForInsert(writer, run.jobId);
  const [row] = await sql.query<{ payload: string | null }[]>(
    `SELECT payload::text AS payload FROM ${schema.quoted}.runs WHERE id = $1::bigint`,
    [id],
  );
  const payload = row?.payload ?? null;
  const runId = await insertRun(writer, job, { cause: 'retry', payload, retryOf: id });
  await writeAudit(sql, schema, shift, {
    ...(by.actor !== undefined && { actor: by.actor }),
    action: 'run.retry',
    jobId: run.jobId,
    runId,
    reason: by.reason ?? null,
    details: { retryOf: id, ...runMade() },
  });
  return readRun(sql, schema, runId);
}
