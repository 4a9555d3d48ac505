import type { Budget } from '../time/budget.js';
import {
  civilDate,
  DAY_MS,
  DAY_SECONDS,
  dayNumber,
  FIRST_YEAR,
  LAST_YEAR,
  SECOND_MS,
} from '../time/calendar.js';
import type { DaySet } from './day-set.js';
import { NONE, type FieldSet } from './field-set.js';
import type { TimeOfDay } from './time-of-day.js';
import { EVERY_YEAR, YEARS_OF_CALENDAR, type YearSet } from './year-set.js';

export interface PatternFields {
  readonly time: TimeOfDay;
  readonly days: DaySet;
  readonly months: FieldSet;
  readonly years: YearSet;
}

/**
 * The wall times that a cron pattern names, with no zone in mind: a wall time is written as the
 * milliseconds that it would be in UTC. Days are found by month and times by table, so a question
 * costs the same however far the answer is away.
 */
export class WallPattern {
  constructor(readonly fields: PatternFields) {}

  /** The first wall time that is not before `wall`, or `Infinity`. */
  next(wall: number, budget: Budget): number {
    const second = Math.ceil(wall / SECOND_MS);
    const today = Math.floor(second / DAY_SECONDS);
    const { year, month, day } = civilDate(today);
    if (this.hasDay(year, month, day)) {
      const time = this.fields.time.next(second - today * DAY_SECONDS);
      if (time !== NONE) return today * DAY_MS + time * SECOND_MS;
    }
    const then = this.nextDay(year, month, day + 1, budget);
    return then * DAY_MS + this.fields.time.first * SECOND_MS;
  }

  /** The last wall time that is not after `wall`, or `-Infinity`. */
  previous(wall: number, budget: Budget): number {
    const second = Math.floor(wall / SECOND_MS);
    const today = Math.floor(second / DAY_SECONDS);
    const { year, month, day } = civilDate(today);
    if (this.hasDay(year, month, day)) {
      const time = this.fields.time.previous(second - today * DAY_SECONDS);
      if (time !== NONE) return today * DAY_MS + time * SECOND_MS;
    }
    const then = this.previousDay(year, month, day - 1, budget);
    return then * DAY_MS + this.fields.time.last * SECOND_MS;
  }

  /** How many wall times there are from `from` up to `until`, not included; it stops at `most`. */
  count(from: number, until: number, most: number, budget: Budget): number {
    const { time } = this.fields;
    const lastDay = Math.floor((until - 1) / DAY_MS);
    let n = 0;
    for (let at = this.next(from, budget); at < until && n < most;) {
      const day = Math.floor(at / DAY_MS);
      const end = day === lastDay ? Math.ceil((until - day * DAY_MS) / SECOND_MS) : DAY_SECONDS;
      n += time.rank(end) - time.rank((at - day * DAY_MS) / SECOND_MS);
      at = this.next((day + 1) * DAY_MS, budget);
    }
    return Math.min(n, most);
  }

  private hasDay(year: number, month: number, day: number): boolean {
    const { years, months, days } = this.fields;
    if (year < FIRST_YEAR || year > LAST_YEAR) return false;
    if (!months.has(month) || years.next(year) !== year) return false;
    return ((days.mask(year, month) >>> (day - 1)) & 1) === 1;
  }

  private nextDay(fromYear: number, fromMonth: number, fromDay: number, budget: Budget): number {
    const { years, months, days } = this.fields;
    let year = years.next(fromYear);
    let month = year === fromYear ? months.next(fromMonth) : months.first;
    let day = year === fromYear && month === fromMonth ? fromDay : 1;
    let visited = 0;
    const end = years === EVERY_YEAR ? Math.min(year + YEARS_OF_CALENDAR, LAST_YEAR) : LAST_YEAR;
    while (year <= end) {
      if (month === NONE) {
        year = years.next(year + 1);
        month = months.first;
        day = 1;
        continue;
      }
      const mask = day > 31 ? 0 : days.mask(year, month) & (-1 << (day - 1));
      if (mask !== 0) return dayNumber(year, month, 32 - Math.clz32(mask & -mask));
      if (++visited % MONTHS_A_STEP === 0) budget.spend(1);
      month = months.next(month + 1);
      day = 1;
    }
    return Infinity;
  }

  private previousDay(toYear: number, toMonth: number, toDay: number, budget: Budget): number {
    const { years, months, days } = this.fields;
    let year = years.previous(toYear);
    let month = year === toYear ? months.previous(toMonth) : months.last;
    let day = year === toYear && month === toMonth ? toDay : 31;
    let visited = 0;
    const end = years === EVERY_YEAR ? Math.max(year - YEARS_OF_CALENDAR, FIRST_YEAR) : FIRST_YEAR;
    while (year >= end) {
      if (month === NONE) {
        year = years.previous(year - 1);
        month = months.last;
        day = 31;
        continue;
      }
      const mask = day < 1 ? 0 : days.mask(year, month) & (-1 >>> (32 - day));
      if (mask !== 0) return dayNumber(year, month, 32 - Math.clz32(mask));
      if (++visited % MONTHS_A_STEP === 0) budget.spend(1);
      month = months.previous(month - 1);
      day = 31;
    }
    return -Infinity;
  }
}

/** So many months looked at cost as much as one step. */
const MONTHS_A_STEP = 8;
