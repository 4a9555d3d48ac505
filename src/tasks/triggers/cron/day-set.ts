import { dayNumber, isoWeek, monthLength, weekdayOf } from '../time/calendar.js';
import type { FieldSet } from './field-set.js';

/** One way to name days of a month. 0 is Sunday. */
export type DayTerm =
  | { readonly kind: 'day'; readonly day: number }
  /** So many days before the last: 0 is the last. */
  | { readonly kind: 'from-last'; readonly back: number }
  /** The weekday (Monday to Friday) of the same month that is nearest to a day. */
  | { readonly kind: 'workday-near'; readonly day: number }
  | { readonly kind: 'last-workday'; readonly back: number }
  | { readonly kind: 'weekday'; readonly weekday: number }
  | { readonly kind: 'nth-weekday'; readonly weekday: number; readonly nth: number }
  | { readonly kind: 'last-weekday'; readonly weekday: number };

export interface Days {
  /** By day of month and by day of week; null: any day. */
  readonly ofMonth: readonly DayTerm[] | null;
  readonly ofWeek: readonly DayTerm[] | null;
  /** Whether a day must match both, or one of them. Counts only if neither is null. */
  readonly match: 'either' | 'both';
  /** ISO weeks; null: any. */
  readonly weeks: FieldSet | null;
}

/**
 * The days that a pattern allows, a month at a time, as a mask with bit 0 for the first day. Weeks
 * aside, a month's mask follows from its length and its first weekday: 28 masks are all there are.
 */
export class DaySet {
  private readonly masks = new Int32Array(28).fill(UNKNOWN);

  constructor(readonly days: Days) {}

  mask(year: number, month: number): number {
    const first = dayNumber(year, month, 1);
    const length = monthLength(year, month);
    const weekday = weekdayOf(first);
    const index = (length - 28) * 7 + weekday;
    let mask = this.masks[index]!;
    if (mask === UNKNOWN) {
      mask = maskOf(this.days, { weekday, length });
      this.masks[index] = mask;
    }
    const { weeks } = this.days;
    return weeks ? mask & weekMask(weeks, first, length) : mask;
  }
}

interface Month {
  /** Of its first day. */
  readonly weekday: number;
  readonly length: number;
}

const UNKNOWN = -1;
const allDays = (length: number) => 2 ** length - 1;
const bit = (day: number) => 1 << (day - 1);

function maskOf({ ofMonth, ofWeek, match }: Days, month: Month): number {
  const all = allDays(month.length);
  const byMonth = ofMonth ? union(ofMonth, month) : all;
  const byWeek = ofWeek ? union(ofWeek, month) : all;
  const either = match === 'either' && ofMonth !== null && ofWeek !== null;
  return (either ? byMonth | byWeek : byMonth & byWeek) & all;
}

const union = (terms: readonly DayTerm[], month: Month) =>
  terms.reduce((mask, term) => mask | termMask(term, month), 0);

function termMask(term: DayTerm, { weekday, length }: Month): number {
  /** The first day of the month that falls on a weekday. */
  const firstOn = (wanted: number) => 1 + ((wanted - weekday + 7) % 7);
  switch (term.kind) {
    case 'day':
      return term.day <= length ? bit(term.day) : 0;
    case 'from-last':
      return term.back < length ? bit(length - term.back) : 0;
    case 'workday-near':
      return term.day <= length ? bit(nearestWorkday(term.day, weekday, length)) : 0;
    case 'last-workday':
      return term.back < length ? bit(nearestWorkday(length - term.back, weekday, length)) : 0;
    case 'weekday': {
      const first = bit(firstOn(term.weekday));
      return first | (first << 7) | (first << 14) | (first << 21) | (first << 28);
    }
    case 'nth-weekday': {
      const day = firstOn(term.weekday) + (term.nth - 1) * 7;
      return day <= length ? bit(day) : 0;
    }
    case 'last-weekday': {
      const first = firstOn(term.weekday);
      return bit(first + Math.floor((length - first) / 7) * 7);
    }
  }
}

function nearestWorkday(day: number, firstWeekday: number, length: number): number {
  const weekday = (firstWeekday + day - 1) % 7;
  if (weekday === 6) return day > 1 ? day - 1 : day + 2;
  if (weekday === 0) return day < length ? day + 1 : day - 2;
  return day;
}

function weekMask(weeks: FieldSet, first: number, length: number): number {
  let mask = 0;
  for (let day = 1; day <= length;) {
    const number = first + day - 1;
    const nextMonday = day + 7 - ((weekdayOf(number) + 6) % 7);
    if (weeks.has(isoWeek(number))) {
      for (let d = day; d < nextMonday && d <= length; d++) mask |= bit(d);
    }
    day = nextMonday;
  }
  return mask;
}
