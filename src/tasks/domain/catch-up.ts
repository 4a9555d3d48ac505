import type { Candidate } from './fire-plan.js';
import type { JobPolicy } from './job.js';

/** A fire time that has been missed for longer than this is made up for, after those that are live. */
export const LIVE_MS = 10_000;

/** Made-up runs are let go so far apart: a hundred in a second. */
export const PACE_MS = 10;

/** So many jobs are caught up on before the live ones are looked at again. */
export const MOST_CAUGHT_UP = 100;

export interface Paced {
  readonly candidates: readonly Candidate[];
  /** When the next made-up run may start. */
  readonly freeAt: Date;
}

/**
 * Spreads the runs that make up for an outage: however many jobs it hit, their handlers do not all
 * start in the moment it is over. Each candidate gets the next free instant, `PACE_MS` after the one
 * before; the queue of these instants goes on from job to job by way of `freeAt`.
 *
 * A run that still waits when the next fire time of its job comes gives way to it, where that one would
 * otherwise be skipped for it (`store/postgres/sql/standing.ts`).
 *
 * A run whose jitter lets it start later anyway keeps its own instant. One whose grace ends soon is
 * let go within the first half of what is left of it, or the wait would be what makes it misfire.
 */
export function paced(
  candidates: readonly Candidate[],
  { misfireGraceMs }: Pick<JobPolicy, 'misfireGraceMs'>,
  now: Date,
  freeAt: Date,
): Paced {
  let free = Math.max(freeAt.getTime(), now.getTime());
  const spread = candidates.map(({ fireAt, runAt }) => {
    const leftMs = misfireGraceMs === null ? Infinity : fireAt.getTime() + misfireGraceMs - +now;
    const latest = now.getTime() + Math.max(0, leftMs / 2);
    if (runAt.getTime() > Math.min(free, latest)) return { fireAt, runAt };
    const at = new Date(Math.min(free, latest));
    free += PACE_MS;
    return { fireAt, runAt: at };
  });
  return { candidates: spread, freeAt: new Date(free) };
}
