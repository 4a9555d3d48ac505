import { planFires } from '../../../domain/fire-plan.js';
import type { JobPolicy } from '../../../domain/job.js';
import { ruleOf } from '../../../domain/job-trigger.js';
import type { MemoryDatabase } from '../database.js';
import type { RunRow } from '../rows.js';
import { dueJobOf } from './due-job.js';
import { writeFires } from './write-fires.js';

/**
 * Fires one job: what is due of it by `at` gets its rows, and its plan moves behind it. Nothing is fired
 * while all jobs are paused; that is made up for by the next fire, as after an outage.
 *
 * @param instead of the job's own policies
 * @returns the rows that were written
 */
export function fireJob(
  database: MemoryDatabase,
  jobId: string,
  at: Date,
  instead: Partial<JobPolicy> = {},
): readonly RunRow[] {
  const { jobs, lock, pauses } = database;
  const row = jobs.get(jobId);
  const plannedAt = row?.nextFireAt ?? null;
  if (!row || plannedAt === null || plannedAt > at || lock.paused) return [];
  const trigger = ruleOf(row);
  const due = dueJobOf({ ...row, ...instead });
  if (trigger === null || 'reason' in due) return [];
  const { policy, fired } = due;
  const over = pauses.filter(({ to }) => to === null || to > plannedAt);
  const plan = planFires({ jobId, trigger, policy, fired, plannedAt, now: at, pauses: over });
  return writeFires(database, [{ job: due, plan }], null, at).rows;
}
