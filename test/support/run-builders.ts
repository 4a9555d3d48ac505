import type { Job } from '../../src/tasks/domain/job.js';
import type { Run } from '../../src/tasks/domain/run.js';
import { aPolicy, hours, later, minutes, NOON, TASK } from './builders.js';

/** A job as it is read at noon: it fires every hour, last and next half an hour from now. */
export const aStoredJob = (job: Partial<Job> = {}): Job => ({
  ...aPolicy(),
  id: 'report',
  name: 'report',
  task: TASK,
  payload: null,
  trigger: { type: 'interval', hours: 1 },
  tags: [],
  origin: 'api',
  state: 'active',
  paused: false,
  pauseReason: null,
  pausedAt: null,
  pausedUntil: null,
  deleteWhenDone: false,
  overridden: [],
  unknownSince: null,
  nextFireAt: later(NOON, minutes(30)),
  lastFireAt: later(NOON, -minutes(30)),
  revision: 1,
  createdAt: later(NOON, -hours(9)),
  updatedAt: later(NOON, -hours(9)),
  ...job,
});

/** A run of its fire time, so long ago, that succeeded within a minute. */
export function aRun(id: string, agoMs: number, run: Partial<Run> = {}): Run {
  const fireAt = later(NOON, -agoMs);
  return {
    id,
    jobId: 'report',
    task: TASK,
    cause: 'fired',
    fireAt,
    runAt: fireAt,
    state: 'succeeded',
    reason: null,
    coversFrom: null,
    coversTo: null,
    coversCount: null,
    attempt: 1,
    nodeId: 'n1',
    fencingToken: 1,
    priority: 0,
    createdAt: fireAt,
    startedAt: fireAt,
    finishedAt: later(fireAt, minutes(1)),
    error: null,
    result: null,
    progress: null,
    retryOf: null,
    backfillId: null,
    cancelRequestedAt: null,
    held: null,
    handlerAlive: false,
    ...run,
  };
}

export const aRunningRow = (id: string, agoMs: number, run: Partial<Run> = {}): Run =>
  aRun(id, agoMs, { state: 'running', finishedAt: null, ...run });

export const aPendingRow = (id: string, agoMs: number, run: Partial<Run> = {}): Run =>
  aRun(id, agoMs, {
    state: 'pending',
    attempt: 0,
    nodeId: null,
    startedAt: null,
    finishedAt: null,
    ...run,
  });

export const aSkippedRow = (
  id: string,
  agoMs: number,
  reason: string,
  run: Partial<Run> = {},
): Run =>
  aRun(id, agoMs, { state: 'skipped', reason, attempt: 0, nodeId: null, startedAt: null, ...run });
