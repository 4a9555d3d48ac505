import { planFires } from '../../../domain/fire-plan.js';
import type { JobPolicy } from '../../../domain/job.js';
import { ruleOf } from '../../../domain/job-trigger.js';
import type { MemoryDatabase } from '../database.js';
import type { Trigger } from '../../../triggers/trigger.js';
import type { JobRow, RunRow } from '../rows.js';
import { writeFires } from './write-fires.js';

/**
 * Fires one job without anybody who leads: what is due of it by `at` gets its rows, and its plan moves
 * behind it. Nothing is fired while all jobs are paused; the next fire tells what was missed.
 *
 * @param isOnTime its timer has rung: however late that is, it is one run
 * @returns the rows that were written
 */
export function fireJob(
  database: MemoryDatabase,
  jobId: string,
  at: Date,
  isOnTime: boolean,
): readonly RunRow[] {
  const { jobs, lock, pauses } = database;
  const row = jobs.get(jobId);
  const nextFireAt = row?.nextFireAt ?? null;
  if (!row || nextFireAt === null || nextFireAt > at || lock.paused) return [];
  const trigger = compiled(row);
  if (trigger === null) return [];
  const policy = policyOf(row, isOnTime);
  const { fired, task, revision } = row;
  const over = pauses.filter(({ to }) => to === null || to > nextFireAt);
  const when = { fired, plannedAt: nextFireAt, now: at, pauses: over };
  const plan = planFires({ jobId, trigger, policy, ...when });
  const inserts = String(row.inserts);
  const job = { jobId, task, trigger: row.trigger, policy, nextFireAt, revision, inserts, fired };
  return writeFires(database, [{ job, plan }], null, at).rows;
}

/** Without jitter, as there is nobody to make room for. Field by field: a spread takes far longer. */
const policyOf = (row: JobRow, isOnTime: boolean): JobPolicy => ({
  misfireGraceMs: isOnTime ? null : row.misfireGraceMs,
  coalesce: isOnTime ? 'latest' : row.coalesce,
  jitterMs: 0,
  overlap: row.overlap,
  maxInstances: row.maxInstances,
  bufferLimit: row.bufferLimit,
  maxRuns: row.maxRuns,
  timeoutMs: row.timeoutMs,
  retry: row.retry,
  onCrash: row.onCrash,
  transactional: row.transactional,
  priority: row.priority,
});

const rules = new WeakMap<object, Trigger | null>();

/** A trigger is compiled once, as it fires many times. Null: it cannot be read. */
function compiled(job: JobRow): Trigger | null {
  const known = rules.get(job.trigger);
  if (known !== undefined) return known;
  const rule = ruleOf(job);
  rules.set(job.trigger, rule);
  return rule;
}
