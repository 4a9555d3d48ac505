import type { RunError, RunState } from '../../../domain/run.js';
import type { Outcome } from '../../run-queue.js';
import type { MemoryDatabase } from '../database.js';
import type { RunRow } from '../rows.js';

/** How an attempt ended after which its run is tried again. */
export interface EndedAttempt {
  readonly state: RunState;
  readonly error: RunError | null;
  readonly finishedAt: Date;
  /** Not to be started before. */
  readonly runAt: Date;
}

/** Makes a run pending again and keeps its attempt. False: it waits until its job is resumed. */
export function pendAgain(
  database: MemoryDatabase,
  row: RunRow,
  { state, error, finishedAt, runAt }: EndedAttempt,
): boolean {
  const { attempt, nodeId, startedAt, cause } = row;
  database.runs.keepAttempt(row.id, { attempt, nodeId, state, startedAt, finishedAt, error });
  const held = database.jobs.get(row.jobId)?.paused && cause === 'fired' ? 'paused' : null;
  const fresh = { nodeId: null, startedAt: null, finishedAt: null, error: null, progress: null };
  database.runs.write({ ...row, ...fresh, state: 'pending', held, runAt });
  return held === null;
}

/** Tells the leader of jobs whose instances got free while others of their runs wait. */
export function tellSlots(database: MemoryDatabase, jobIds: readonly string[]): void {
  const waits = (id: string) => database.runs.live(id).some(({ held }) => held === 'buffered');
  if (jobIds.some(waits)) database.notify('slots');
}

/** Writes the outcome of a run that is still running under its claim. */
export function finishRun(database: MemoryDatabase, row: RunRow, outcome: Outcome): void {
  const { state, result = null, error = null, handlerAlive = false, retryInMs } = outcome;
  const { runs, jobs } = database;
  const finishedAt = database.now();
  const triedAgain = retryInMs !== undefined && !handlerAlive;
  if (!triedAgain) {
    runs.write({ ...row, state, finishedAt, result, error, handlerAlive });
  } else if (row.cancelRequestedAt !== null) {
    runs.write({ ...row, state: 'cancelled', finishedAt, error });
  } else if (!jobs.has(row.jobId)) {
    runs.write({ ...row, state, finishedAt, error });
  } else {
    const runAt = new Date(finishedAt.getTime() + retryInMs);
    if (pendAgain(database, row, { state, error, finishedAt, runAt })) database.notify('runs');
  }
  tellSlots(database, [row.jobId]);
}
