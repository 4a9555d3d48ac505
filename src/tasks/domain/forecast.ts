import type { Trigger } from '../triggers/trigger.js';

/** How often one job fires in each of some buckets. */
export interface FireCounts {
  readonly counts: readonly number[];
  /** Their sum. */
  readonly fires: number;
  /** Some were estimated: in a bucket there are more than were walked through. */
  readonly approximate: boolean;
  /** How many fire times were looked at: what it has cost. */
  readonly steps: number;
}

/**
 * Counts a trigger's fire times between each edge and the next. Where a bucket has `most` of them or more,
 * it is estimated how many, by the distance of the first two.
 *
 * @param edges in order, one more than there are buckets
 */
export function countFires(trigger: Trigger, edges: readonly Date[], most: number): FireCounts {
  const counts = edges.slice(1).map(() => 0);
  const end = edges.at(-1)!;
  let approximate = false;
  let steps = 1;
  let at = trigger.next(new Date(edges[0]!.getTime() - 1));
  for (let bucket = 0; at !== null && at < end; steps += 2) {
    // What lies between has none.
    while (edges[bucket + 1]! <= at) bucket++;
    const last = new Date(edges[bucket + 1]!.getTime() - 1);
    const count = trigger.count?.(at, last, most) ?? walked(trigger, at, last, most);
    approximate ||= count >= most;
    counts[bucket] = count >= most ? estimated(trigger, at, last, most) : count;
    at = trigger.next(last);
  }
  return { counts, fires: sumOf(counts), approximate, steps };
}

function walked(trigger: Trigger, from: Date, to: Date, most: number): number {
  let count = 0;
  for (let at: Date | null = from; at !== null && at <= to && count < most; count++) {
    at = trigger.next(at);
  }
  return count;
}

/** How many there would be if they went on as the first two. */
function estimated(trigger: Trigger, first: Date, last: Date, least: number): number {
  const second = trigger.next(first) ?? last;
  const distance = Math.max(1, second.getTime() - first.getTime());
  return Math.max(least, Math.floor((last.getTime() - first.getTime()) / distance) + 1);
}

/** The same of a job that has only so many runs left. */
export function limited(fires: FireCounts, left: number | null): FireCounts {
  if (left === null || left >= fires.fires) return fires;
  let remaining = left;
  const counts = fires.counts.map((count) => {
    const taken = Math.min(count, remaining);
    remaining -= taken;
    return taken;
  });
  return { ...fires, counts, fires: left };
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
