import { BEHIND_LIVE } from '../domain/catch-up.js';
import type { Fire, Fired } from '../store/fire-ledger.js';
import type { AgendaItem } from './agenda.js';

/** A job that is taken off the agenda, and what becomes of its fire times. */
export type Planned = Fire & { readonly item: AgendaItem };

/** It has not been put behind others. */
export const isLive = ({ item, job }: Planned): boolean => item.job === job;

/** Its runs are claimed after those of fire times that are live. */
export function behindLive({ item, job, plan }: Planned): Planned {
  const policy = { ...job.policy, priority: job.policy.priority + BEHIND_LIVE };
  return { item, job: { ...job, policy }, plan };
}

/**
 * Which of them were not due when they got to the database, as they were quicker on their way than any question before,
 * and have not moved for that.
 */
export function byTime(fires: readonly Planned[], { moved, at, atMs = at.getTime() }: Fired) {
  const isEarly = ({ job, plan }: Planned) =>
    !moved.has(job.jobId) && plan.lastFireAt.getTime() > atMs;
  return { early: fires.filter(isEarly), due: fires.filter((fire) => !isEarly(fire)) };
}
