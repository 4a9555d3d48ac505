import { OverlappedError, RunNotFoundError } from '../../../domain/errors.js';
import type { Overlap } from '../../../domain/job.js';
import { fatesOf, makesRoom, roomBeside, type OverlapPolicy } from '../../../domain/overlap.js';
import type { RunNow } from '../../../domain/job-requests.js';
import { runMade } from '../../../domain/run-changes.js';
import { storableJson } from '../../../domain/storable.js';
import type { ChangeOptions } from '../../job-store.js';
import type { MemoryDatabase } from '../database.js';
import { MemoryJobWriter } from '../jobs/job-writer.js';
import type { JobRow, RunRow } from '../rows.js';
import { standing, type Obstacle } from '../fires/standing.js';

/** A run that no trigger named. Without a payload it is the job's own. */
export type AskedRun = Pick<RunRow, 'cause' | 'retryOf'> & { readonly payload?: unknown };

/**
 * Runs a job now, or tells which run came of it when it was asked for with this key before.
 *
 * @throws JobNotFoundError, OverlappedError, IdempotencyConflictError, RunNotFoundError
 */
export function runNow(
  database: MemoryDatabase,
  jobId: string,
  { idempotencyKey: key, payload, overlap }: RunNow,
  by: ChangeOptions = {},
): RunRow {
  const act = () => {
    const text = payload === undefined ? undefined : storableJson(payload);
    const given = text === undefined ? {} : { payload: JSON.parse(text) as unknown };
    const job = new MemoryJobWriter(database).row(jobId);
    const asked = { cause: 'manual', retryOf: null, ...given } as const;
    const { id: runId } = insertRun(database, job, asked, overlap);
    database.audit.write({ action: 'job.run', jobId, runId, details: runMade(payload) }, by);
    return runId;
  };
  const request = { payload, overlap };
  const runId =
    key === undefined ? act() : database.answers.once(`run:${jobId}`, key, request, act);
  const run = database.runs.get(runId);
  if (!run) throw new RunNotFoundError(runId);
  return run;
}

/**
 * Inserts a run of a job that somebody asks for.
 *
 * @param overlap instead of the job's own policy
 * @throws OverlappedError
 */
export function insertRun(
  database: MemoryDatabase,
  job: JobRow,
  asked: AskedRun,
  overlap: Overlap = job.overlap,
): RunRow {
  const policy = { ...job, overlap };
  const stands = standingFor(database, job.id, policy);
  const [fate] = fatesOf(policy, stands, 1);
  if (fate !== 'starts' && fate !== 'waits')
    throw new OverlappedError(job.id, stands.first?.id ?? '', overlap);
  database.jobs.set(job.id, { ...job, inserts: job.inserts + 1 });
  const { id: jobId, task, priority } = job;
  const at = database.now();
  const run = database.runs.insert({
    ...asked,
    jobId,
    task,
    priority,
    state: 'pending',
    held: fate === 'waits' ? 'buffered' : null,
    fireAt: at,
    runAt: at,
    createdAt: at,
  });
  database.notify(fate === 'waits' ? 'slots' : 'runs');
  return run!;
}

/** What stands in the way of a run that is asked for, once what gives way to it has done so. */
export function standingFor(
  database: MemoryDatabase,
  jobId: string,
  policy: OverlapPolicy,
): Obstacle {
  const seen = standingOf(database, jobId, policy);
  const displaces = makesRoom(policy, seen);
  const isFree = policy.overlap !== 'allow' && roomBeside(policy, seen).starts > 0;
  if (!displaces && !isFree) return seen;
  const endsWaitingBelow = displaces ? Infinity : policy.maxInstances;
  const capacity = policy.maxInstances;
  return standing(database, { jobId, capacity, endsWaitingBelow, displaces, outruns: false });
}

/** The same, and nothing gives way. */
export const standingOf = (
  database: MemoryDatabase,
  jobId: string,
  { maxInstances: capacity }: OverlapPolicy,
): Obstacle =>
  standing(database, { jobId, capacity, endsWaitingBelow: 0, displaces: false, outruns: false });
