import { OverlappedError } from '../domain/errors.js';
import type { Overlap } from '../domain/job.js';
import { placeRun } from '../domain/place-run.js';
import type { MemoryDatabase } from './memory-database.js';
import { MemoryJobWriter } from './memory-job-writer.js';
import type { JobRow, RunRow } from './memory-rows.js';
import { NEW_RUN } from './memory-runs.js';

/** A run that no trigger named. Without a payload it is the job's own. */
export type AskedRun = Pick<RunRow, 'cause' | 'retryOf'> & { readonly payload?: unknown };

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
  const writer = new MemoryJobWriter(database);
  const policy = { ...job, overlap };
  const occupied = writer.roomFor(job.id, policy);
  const placement = placeRun(policy, occupied);
  if (placement === 'refuse') throw new OverlappedError(job.id, occupied.first ?? '', overlap);
  const waits = placement === 'hold' || (placement === 'replace' && writer.makeRoom(job.id) > 0);
  database.jobs.set(job.id, { ...job, inserts: job.inserts + 1 });
  const { id: jobId, task, priority } = job;
  const at = database.now();
  const run = database.runs.insert({
    ...NEW_RUN,
    ...asked,
    jobId,
    task,
    priority,
    state: 'pending',
    held: waits ? 'buffered' : null,
    fireAt: at,
    runAt: at,
    createdAt: at,
  });
  database.notify(waits ? 'slots' : 'runs');
  return run!;
}
