import { placeBackfill, planBackfill } from '../../../domain/backfill-plan.js';
import { BEHIND_LIVE } from '../../../domain/catch-up.js';
import type { Backfill, Backfilled } from '../../../domain/job-requests.js';
import { backfillMade } from '../../../domain/run-changes.js';
import { BACKFILL } from '../../cluster-store.js';
import type { ChangeOptions } from '../../job-store.js';
import type { MemoryDatabase } from '../database.js';
import { MemoryJobWriter } from '../jobs/job-writer.js';
import { standingFor, standingOf } from './run-now.js';

/** Runs fire times of the past. @throws JobNotFoundError, InvalidInputError, WrongStateError */
export function backfill(
  database: MemoryDatabase,
  jobId: string,
  ask: Backfill,
  by: ChangeOptions = {},
): Backfilled {
  const job = new MemoryJobWriter(database).row(jobId);
  const now = database.now();
  const { fireTimes, more } = planBackfill(job, ask, now);
  const policy = { ...job, overlap: ask.overlap };
  const changesNothing = ask.dryRun || fireTimes.length === 0;
  const stand = changesNothing ? standingOf : standingFor;
  const fates = placeBackfill(job, ask, stand(database, jobId, policy), fireTimes.length);
  const skipped = fates.filter((fate) => fate === 'overlapped').length;
  const done = {
    backfillId: changesNothing ? null : database.nextBackfillId(),
    fireTimes,
    skipped,
    more,
  };
  if (!ask.dryRun) {
    const details = backfillMade(ask, done);
    database.audit.write({ action: BACKFILL, jobId, details }, by);
  }
  if (changesNothing) return done;
  const { backfillId } = done;
  database.jobs.set(jobId, { ...job, inserts: job.inserts + 1 });
  const { task } = job;
  const priority = job.priority + BEHIND_LIVE;
  for (const [index, fireAt] of fireTimes.entries()) {
    const refused = fates[index] === 'overlapped';
    database.runs.insert({
      jobId,
      task,
      backfillId,
      priority,
      cause: 'backfill',
      fireAt,
      runAt: now,
      createdAt: now,
      state: refused ? 'skipped' : 'pending',
      reason: refused ? 'overlapped' : null,
      held: fates[index] === 'waits' ? 'buffered' : null,
      finishedAt: refused ? now : null,
    });
  }
  database.notify('runs');
  database.notify('slots');
  return done;
}
