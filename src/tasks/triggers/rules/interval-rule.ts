import { LAST_INSTANT } from '../time/calendar.js';
import type { Rule } from './rule.js';

/**
 * Every `period` milliseconds on a fixed grid from `anchor` to `end`, both included. A restart does
 * not shift it, and any gap is crossed in one step.
 */
export class IntervalRule implements Rule {
  readonly end: number;

  constructor(
    readonly period: number,
    readonly anchor: number,
    end: number = LAST_INSTANT,
  ) {
    this.end = Math.min(end, LAST_INSTANT);
  }

  // The remainder of whole numbers is exact, which a quotient of large ones is not.

  next(after: number): number {
    const { period, anchor } = this;
    const at = after < anchor ? anchor : after - ((after - anchor) % period) + period;
    return at <= this.end ? at : Infinity;
  }

  previous(before: number): number {
    const { period, anchor } = this;
    const last = Math.min(before - 1, this.end);
    return last < anchor ? -Infinity : last - ((last - anchor) % period);
  }

  count(from: number, to: number, most: number): number {
    const first = this.next(from - 1);
    const last = this.previous(to + 1);
    return first > last ? 0 : Math.min(Math.round((last - first) / this.period) + 1, most);
  }
}
