import { RunNotFoundError } from '../../../domain/errors.js';
import {
  cancellation,
  cancelledError,
  cancelling,
  cancelReasonOf,
  checkRetry,
  runMade,
} from '../../../domain/run-changes.js';
import type { ChangeOptions } from '../../job-store.js';
import type { MemoryDatabase } from '../database.js';
import { MemoryJobWriter } from '../jobs/job-writer.js';
import type { RunRow } from '../rows.js';
import { insertRun } from './run-now.js';

/** @throws RunNotFoundError */
function runRow(database: MemoryDatabase, id: string): RunRow {
  const row = database.runs.get(id);
  if (!row) throw new RunNotFoundError(id);
  return row;
}

/** Ends a run at once, or asks its handler to. @throws RunNotFoundError, WrongStateError */
export function cancelRun(database: MemoryDatabase, id: string, by: ChangeOptions = {}): RunRow {
  const { runs } = database;
  const row = runRow(database, id);
  const why = cancelReasonOf(by);
  const now = database.now();
  const what = cancelling(row);
  if (what === 'nothing') return row;
  if (what === 'end') {
    const error = cancelledError(why);
    runs.write({ ...row, state: 'cancelled', held: null, finishedAt: now, error });
    database.notify('slots');
  } else {
    runs.write({ ...row, cancelRequestedAt: now, cancelReason: why });
    database.notify('cancel');
  }
  const after = runRow(database, id);
  const details = cancellation(row, after);
  database.audit.write({ action: 'run.cancel', jobId: row.jobId, runId: id, details }, by);
  return after;
}

/** @throws RunNotFoundError, WrongStateError, JobNotFoundError, OverlappedError */
export function retryRun(database: MemoryDatabase, id: string, by: ChangeOptions = {}): RunRow {
  const row = runRow(database, id);
  checkRetry(row);
  const { jobId } = row;
  const job = new MemoryJobWriter(database).row(jobId);
  const payload = row.payload === undefined ? {} : { payload: row.payload };
  const run = insertRun(database, job, { ...payload, cause: 'retry', retryOf: id });
  const entry = {
    action: 'run.retry',
    jobId,
    runId: run.id,
    details: { retryOf: id, ...runMade() },
  };
  database.audit.write(entry, by);
  return run;
}
