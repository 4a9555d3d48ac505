import type { TaskContextFields } from '../registry/task-context.js';
import type { ClaimedRun } from '../store/run-queue.js';
import type { RunReports } from './run-reports.js';

/** What a context has from the run itself, whoever calls the handler. */
export function factsOf(
  { runId, jobId, task, payload, cause, fireAt, attempt, fencingToken }: ClaimedRun,
  { logger, progress }: RunReports,
): Omit<TaskContextFields, 'abortion' | 'manager' | 'inThread'> {
  return {
    runId,
    jobId,
    task,
    payload,
    cause,
    fireAt,
    attempt,
    fencingToken,
    logger,
    progress,
  };
}
