import type { Budget } from '../time/budget.js';
import { civilDate, DAY_MS, dayNumber, LAST_YEAR, monthLength } from '../time/calendar.js';
import type { ClockPolicy } from '../time/clock-policy.js';
import type { Rule } from './rule.js';
import { instantsOf, wallOf } from '../time/wall-time.js';
import type { Zone } from '../time/zone.js';

export interface CalendarStep {
  readonly months: number;
  readonly days: number;
  /** The first date, as a day number. */
  readonly start: number;
  /** Seconds since midnight. */
  readonly time: number;
}

/**
 * Every so many months and days at a time of day. A step adds the months and keeps the day of the
 * month, again and again until that day exists; then it adds the days.
 */
export class CalendarIntervalRule implements Rule {
  constructor(
    private readonly step: CalendarStep,
    private readonly zone: Zone,
    private readonly policy: ClockPolicy,
  ) {}

  next(after: number, budget: Budget): number {
    const { start } = this.step;
    let day = this.dayFrom(Math.max(this.dayOf(after, budget) - MARGIN_DAYS, start), budget);
    while (day !== null) {
      const at = this.instants(day, budget).find((instant) => instant > after);
      if (at !== undefined) return at;
      day = this.dayFrom(day + 1, budget);
    }
    return Infinity;
  }

  previous(before: number, budget: Budget): number {
    let day = this.dayUntil(this.dayOf(before, budget) + MARGIN_DAYS, budget);
    while (day !== null) {
      const at = this.instants(day, budget).findLast((instant) => instant < before);
      if (at !== undefined) return at;
      day = this.dayUntil(day - 1, budget);
    }
    return -Infinity;
  }

  count(from: number, to: number, most: number, budget: Budget): number {
    const until = this.dayOf(to, budget) + MARGIN_DAYS;
    const start = Math.max(this.dayOf(from, budget) - MARGIN_DAYS, this.step.start);
    let n = 0;
    for (let day = this.dayFrom(start, budget); day !== null && day <= until && n < most;) {
      n += this.instants(day, budget).filter((at) => at >= from && at <= to).length;
      day = this.following(day, budget);
    }
    return Math.min(n, most);
  }

  private instants(day: number, budget: Budget): readonly number[] {
    budget.spend(1);
    return instantsOf(day * DAY_MS + this.step.time * 1_000, this.zone, this.policy, budget);
  }

  private dayOf(at: number, budget: Budget): number {
    const clamped = Math.min(Math.max(at, -LAST_DAY * DAY_MS), LAST_DAY * DAY_MS);
    return Math.floor(wallOf(clamped, this.zone, budget) / DAY_MS);
  }

  /** The first date of the grid that is not before `day`. */
  private dayFrom(day: number, budget: Budget): number | null {
    const { months, days, start } = this.step;
    let at: number | null = start;
    if (months === 0) at = start + Math.ceil(Math.max(day - start, 0) / days) * days;
    else if (days === 0) at = this.monthsBefore(day);
    while (at !== null && at < day) at = this.following(at, budget);
    return at !== null && at <= LAST_DAY ? at : null;
  }

  /** The last date of the grid that is not after `day`. */
  private dayUntil(day: number, budget: Budget): number | null {
    const { months, days, start } = this.step;
    if (day < start) return null;
    if (months === 0) return start + Math.floor((Math.min(day, LAST_DAY) - start) / days) * days;
    let at = days === 0 ? this.monthsBefore(day) : start;
    for (;;) {
      const then = this.following(at, budget);
      if (then === null || then > day) return at;
      at = then;
    }
  }

  /** A date of a grid of months that is before `day` and near it; the start if it is not later. */
  private monthsBefore(day: number): number {
    const { months, start } = this.step;
    const first = civilDate(start);
    const wanted = civilDate(Math.min(day, LAST_DAY));
    const apart = (wanted.year - first.year) * 12 + wanted.month - first.month;
    for (let steps = Math.ceil(apart / months) - 1; steps > 0; steps--) {
      const date = addMonths(start, steps * months);
      if (date !== null) return date;
    }
    return start;
  }

  private following(from: number, budget: Budget): number | null {
    const { months, days } = this.step;
    budget.spend(STEP_COST);
    if (months === 0) return from + days;
    for (let added = months; ; added += months) {
      const date = addMonths(from, added);
      if (date !== null) return date + days;
      if (civilDate(from).year * 12 + added > LAST_YEAR * 12 + 12) return null;
    }
  }
}

/** Null where the month has no such day. */
function addMonths(from: number, months: number): number | null {
  const { year, month, day } = civilDate(from);
  const index = year * 12 + month - 1 + months;
  const then = { year: Math.floor(index / 12), month: (index % 12) + 1 };
  return day <= monthLength(then.year, then.month) ? dayNumber(then.year, then.month, day) : null;
}

/** Clock changes can move a wall time by a day at most. */
const MARGIN_DAYS = 2;
const LAST_DAY = dayNumber(LAST_YEAR, 12, 31);

/** A step is a few divisions, much less than the evaluation of a rule. */
const STEP_COST = 0.05;
