import type { Budget } from '../time/budget.js';
import { DAY_MS, weekdayOf } from '../time/calendar.js';
import type { Exclusion } from './exclusion.js';
import { wallOf } from '../time/wall-time.js';
import type { Zone } from '../time/zone.js';

/**
 * A stretch of wall time on some days of each week. One that ends when or before it begins goes on
 * past midnight, and belongs to the day on which it began.
 */
export class WeeklyWindow implements Exclusion {
  private readonly length: number;

  constructor(
    /** 0 is Sunday. */
    private readonly weekdays: ReadonlySet<number>,
    /** Milliseconds since midnight. */
    private readonly from: number,
    to: number,
    private readonly zone: Zone,
  ) {
    this.length = to > from ? to - from : to - from + DAY_MS;
  }

  until(at: number, budget: Budget): number | null {
    const into = this.timeInto(at, budget);
    if (into === null) return null;
    // A clock change may come before the window ends by the wall clock: it is looked at again there.
    return Math.min(at + this.length - into, this.zone.segmentAt(at, budget).to);
  }

  since(at: number, budget: Budget): number | null {
    const into = this.timeInto(at, budget);
    return into === null ? null : Math.max(at - into, this.zone.segmentAt(at, budget).from);
  }

  /** How long ago by the wall clock the window began; null outside of it. */
  private timeInto(at: number, budget: Budget): number | null {
    const wall = wallOf(at, this.zone, budget);
    const today = Math.floor(wall / DAY_MS);
    for (const day of [today, today - 1]) {
      const into = wall - day * DAY_MS - this.from;
      if (into >= 0 && into < this.length && this.weekdays.has(weekdayOf(day))) return into;
    }
    return null;
  }
}
