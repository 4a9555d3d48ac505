import { BEHIND_LIVE } from '../domain/catch-up.js';
import type { Fire } from '../store/fire-ledger.js';
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
