import type { Trigger } from '../triggers/trigger.js';

/** The first fire times are looked at one by one; from then on, one in each step. */
const EACH = 30;
const MOST = 150;
const STEP_MS = 90 * 60_000;

/**
 * The longest time between two fire times of a trigger, as far as it is looked ahead: eight days, or 150 fire
 * times if those reach further. A job that fires on working days is not late on a Sunday. Null: it does not fire
 * twice.
 */
export function expectedIntervalMs(trigger: Trigger, from: Date): number | null {
  let longest: number | null = null;
  let at = from;
  for (let n = 0; n < MOST; n++) {
    const next = trigger.next(at);
    if (next === null) return longest;
    // After a step that is the one before the gap that the step ended in.
    const before = n === 0 ? null : trigger.previous(next);
    if (before !== null) longest = Math.max(longest ?? 0, next.getTime() - before.getTime());
    at = n < EACH ? next : new Date(Math.max(next.getTime(), at.getTime() + STEP_MS));
  }
  return longest;
}
