import { JobNotFoundError, TasksError } from '../../../domain/errors.js';
import type { Run } from '../../../domain/run.js';
import { runMade } from '../../../domain/run-changes.js';
import type { ChangeOptions } from '../../job-store.js';
import { auditChange } from '../cluster/audit.js';
import type { JobWriter } from '../jobs/job-writer.js';
import { readRun } from './read-run.js';
import { insertRun } from './run-now.js';

/** What became of each request: its run, or why there is none. */
export type Asked = ReadonlyMap<string, Run | TasksError>;

/**
 * Runs many jobs now, by the protocol of `run-now.ts`. All plans are locked before the first run is
 * touched, by id: two such batches wait for each other, and neither for ever.
 */
export async function runBatch(
  writer: JobWriter,
  ids: readonly string[],
  by: ChangeOptions,
): Promise<Asked> {
  const there = new Set(await writer.lockPlans(ids));
  await writer.sql.query(
    `UPDATE ${writer.schema.quoted}.job_plans SET inserts = inserts + 1 WHERE job_id = ANY ($1)`,
    [[...there]],
  );
  const asked = new Map<string, Run | TasksError>();
  for (const id of ids) {
    try {
      if (!there.has(id)) throw new JobNotFoundError(id);
      const job = await writer.read(id);
      const runId = await insertRun(writer, job, { cause: 'manual', payload: null, retryOf: null });
      await auditChange(writer, by, { action: 'job.run', jobId: id, runId, details: runMade() });
      asked.set(id, await readRun(writer.sql, writer.schema, runId));
    } catch (error) {
      if (!(error instanceof TasksError)) throw error;
      asked.set(id, error);
    }
  }
  return asked;
}
