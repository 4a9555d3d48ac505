import { readDueJob, type DueJob, type UnreadableJob } from '../../../domain/due-job.js';
import { POLICY_NAMES } from '../../../domain/job.js';
import type { JobRow } from '../rows.js';

/** A row that has a plan, as the planner knows it. */
export function dueJobOf(row: JobRow): DueJob | UnreadableJob {
  const policy = Object.fromEntries(POLICY_NAMES.map((name) => [name, row[name]]));
  const { id: jobId, task, trigger, revision, fired } = row;
  const plan = { nextFireAt: row.nextFireAt!, revision, inserts: String(row.inserts), fired };
  return readDueJob({ jobId, task, trigger, policy, ...plan });
}
