import type { Clock } from '../domain/clock.js';
import type { Trigger } from '../triggers/trigger.js';

/** However far away the next fire time is, the clock is looked at so often. */
const LOOK_AGAIN_MS = 30_000;

/** A clock that was set back further is followed; before that, what has fired is waited out. */
const SET_BACK_MS = 60_000;

/**
 * Fires at the fire times of a trigger after `from`, until `signal` aborts or there are none left.
 *
 * What can go wrong, and why it does not:
 *
 * - A timer rings early. What is not due is waited for again.
 * - The process was busy, or the machine slept. It fires once, for the latest fire time, and not for
 *   each that has passed. A sleeping machine stops timers too, but none sleeps for longer than half a
 *   minute, so that it is soon noticed.
 * - The clock is set back a little, as time servers do. A fire time fires once: the next is the one
 *   after the last that fired.
 * - The clock is set back by an hour. Waiting that out would be silence for an hour, so it is followed,
 *   and some fire times come again.
 *
 * @param now a clock that reads fire times; for intervals one that nobody sets
 */
export async function keepTime(
  trigger: Trigger,
  from: Date,
  now: () => Date,
  clock: Clock,
  signal: AbortSignal,
  fire: (fireAt: Date) => void,
): Promise<void> {
  let last = from;
  while (!signal.aborted) {
    const at = now();
    if (last.getTime() - at.getTime() > SET_BACK_MS) last = at;
    const next = trigger.next(last);
    if (next === null) return;
    const ms = next.getTime() - at.getTime();
    if (ms > 0) {
      await clock.sleep(Math.min(ms, LOOK_AGAIN_MS), signal);
      continue;
    }
    last = trigger.previous(new Date(at.getTime() + 1)) ?? next;
    fire(last);
  }
}
