import type { TasksEvent } from '../domain/events.js';
import type { ClaimedRun } from '../store/run-queue.js';
import type { Ended } from './run-log.js';

/** An error is there whenever a run did not succeed. */
const UNKNOWN_ERROR = { name: 'Error', message: 'no error was given' };

export const startedEvent = (run: ClaimedRun, at: Date): TasksEvent => ({
  name: 'run.started',
  at,
  data: { ...attemptOf(run), runAt: run.runAt },
});

/** The run was given up before; what becomes of its handler does not count. */
export const lostEvent = (run: ClaimedRun, reason: string, at: Date): TasksEvent => ({
  name: 'run.lost',
  at,
  data: { ...attemptOf(run), reason },
});

/** What the ledger took. */
export function endedEvent({ run, outcome, tookMs }: Ended, at: Date): TasksEvent {
  const { state, result = null, error = UNKNOWN_ERROR, retryInMs } = outcome;
  const ended = { ...attemptOf(run), durationMs: tookMs };
  if (state === 'succeeded') return { name: 'run.succeeded', at, data: { ...ended, result } };
  if (retryInMs !== undefined) {
    return { name: 'run.retrying', at, data: { ...ended, error, retryInMs } };
  }
  return { name: `run.${state}`, at, data: { ...ended, error } };
}

function attemptOf({ jobId, runId, fireAt, attempt, cause }: ClaimedRun) {
  return { jobId, runId, fireAt, attempt, cause };
}
