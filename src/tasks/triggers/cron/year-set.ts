import { FIRST_YEAR, LAST_YEAR } from '../time/calendar.js';

/** Some years, in steps: `2026-2040/2`. */
export interface YearRange {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** The years that a pattern allows. Kept as ranges: eight thousand of them would be a long list. */
export class YearSet {
  constructor(readonly ranges: readonly YearRange[]) {}

  /** The first allowed year that is not before `year`, or `Infinity`. */
  next(year: number): number {
    let found = Infinity;
    for (const { from, to, step } of this.ranges) {
      const candidate = year <= from ? from : from + Math.ceil((year - from) / step) * step;
      if (candidate <= to && candidate < found) found = candidate;
    }
    return found;
  }

  /** The last allowed year that is not after `year`, or `-Infinity`. */
  previous(year: number): number {
    let found = -Infinity;
    for (const { from, to, step } of this.ranges) {
      const candidate = from + Math.floor((Math.min(year, to) - from) / step) * step;
      if (candidate >= from && candidate > found) found = candidate;
    }
    return found;
  }
}

export const EVERY_YEAR = new YearSet([{ from: FIRST_YEAR, to: LAST_YEAR, step: 1 }]);

/** The calendar repeats itself: what does not come in so many years in a row never does. */
export const YEARS_OF_CALENDAR = 400;
