import type { JobPolicy } from './job.js';

/**
 * Overlap: what becomes of another run of a job while earlier ones are not done. Everybody who lets a
 * run begin asks here: a fire, a request, a backfill, the store in memory and a process without a
 * database. The statements of PostgreSQL decide the same from live rows; a contract compares both in
 * every situation.
 *
 *                     while fewer than `maxInstances` are live    at the limit
 *   allow             starts                                      starts
 *   skip              starts                                      skipped
 *   buffer-one        starts, if none waits; else skipped         waits, if none does; else skipped
 *   buffer-all        starts, if none waits; else waits           waits, up to `bufferLimit`
 *   cancel-previous   starts, behind those that wait              the earlier ones make room
 *
 * Making room: what has not begun is cancelled, what runs is asked to end and counts until it has. So
 * there are never more than `maxInstances` at once, however long a handler takes to hear of it.
 */
export type OverlapPolicy = Pick<JobPolicy, 'overlap' | 'maxInstances' | 'bufferLimit'>;

/** What of a job is not done. A run that waits for its retry is in neither: it gives way. */
export interface Standing {
  /** Pending, running, or with a handler that goes on although its time is over. */
  readonly live: number;
  /** Waiting for their turn. Those of a backfill are not counted for a fire. */
  readonly buffered: number;
}

/** Of runs that are to begin: how many may, and how many more may wait for their turn. */
export interface Room {
  readonly starts: number;
  readonly waits: number;
}

/** Whether the earlier ones have to make room first. What is left of them then is to be counted anew. */
export const makesRoom = (
  { overlap, maxInstances }: OverlapPolicy,
  { live, buffered }: Standing,
): boolean => overlap === 'cancel-previous' && live + buffered >= maxInstances;

export function roomBeside(
  { overlap, maxInstances, bufferLimit }: OverlapPolicy,
  { live, buffered }: Standing,
): Room {
  const free = Math.max(0, maxInstances - live);
  switch (overlap) {
    case 'allow':
      return { starts: Infinity, waits: 0 };
    case 'skip':
      return { starts: free, waits: 0 };
    case 'buffer-one':
      return buffered > 0 ? NONE : { starts: free, waits: 1 };
    case 'buffer-all':
      return { starts: buffered > 0 ? 0 : free, waits: Math.max(0, bufferLimit - buffered) };
    case 'cancel-previous':
      return { starts: Math.max(0, free - buffered), waits: free > buffered ? 0 : 1 };
  }
}

const NONE: Room = { starts: 0, waits: 0 };

/** What becomes of a run: it may be claimed, it waits for its turn, or it is refused for a reason. */
export type Fate = 'starts' | 'waits' | 'overlapped' | 'limit';

/**
 * What becomes of so many runs that are to begin at once, in the order of their fire times. Where the
 * earlier make room, the last one counts, so the places are given from the end.
 */
export function fatesOf(policy: OverlapPolicy, standing: Standing, many: number): readonly Fate[] {
  const { starts, waits } = roomBeside(policy, standing);
  const fates = Array.from({ length: many }, (_, n): Fate => {
    if (n < starts) return 'starts';
    if (n < starts + waits) return 'waits';
    return policy.overlap === 'buffer-all' ? 'limit' : 'overlapped';
  });
  return policy.overlap === 'cancel-previous' ? fates.toReversed() : fates;
}
