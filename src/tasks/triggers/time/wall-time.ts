import type { Budget } from './budget.js';
import { DAY_MS, FIRST_INSTANT, LAST_INSTANT } from './calendar.js';
import type { ClockPolicy } from './clock-policy.js';
import type { Zone } from './zone.js';

/** Where a wall time stands on the real time line. */
export interface WallTime {
  /** The instants that show it: one, two in a fold, none in a gap. */
  readonly shownAt: readonly number[];
  /** The first instant after the gap that it is in. */
  readonly afterGap: number | null;
}

/** A wall time is written as the milliseconds that it would be in UTC. */
export function locate(wall: number, zone: Zone, budget?: Budget): WallTime {
  const shownAt: number[] = [];
  const until = Math.min(wall + FAR_MS, LAST_INSTANT);
  for (let at = Math.max(wall - FAR_MS, FIRST_INSTANT); at <= until;) {
    const { from, to, offset, offsetBefore } = zone.segmentAt(at, budget);
    const isInGap = wall >= from + offsetBefore && wall < from + offset;
    if (at === from && isInGap) return { shownAt, afterGap: from };
    const instant = wall - offset;
    if (instant >= at && instant < to) shownAt.push(instant);
    at = to;
  }
  return { shownAt, afterGap: null };
}

/** The instants that count for a wall time, in order. */
export function instantsOf(
  wall: number,
  zone: Zone,
  policy: ClockPolicy,
  budget?: Budget,
): readonly number[] {
  const { shownAt, afterGap } = locate(wall, zone, budget);
  if (afterGap !== null) return policy.gap === 'skip' ? [] : [afterGap];
  if (policy.fold === 'both') return shownAt;
  return policy.fold === 'first' ? shownAt.slice(0, 1) : shownAt.slice(-1);
}

export function wallOf(at: number, zone: Zone, budget?: Budget): number {
  return at + zone.segmentAt(at, budget).offset;
}

/** More than any offset from UTC. */
const FAR_MS = 2 * DAY_MS;
