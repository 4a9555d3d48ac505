import type { CronPattern } from './cron-pattern.js';
import { parseRange, parseRanges, valuesOf, type RangeRules } from './cron-range.js';
import { parsePlain, parseTime, parseYears } from './cron-time.js';
import { DaySet, type DayTerm } from './day-set.js';
import { DAY_OF_MONTH, MONTH, sizeOf, WEEK, type FieldShape } from './field-shape.js';
import { PatternError } from './pattern-error.js';
import { WallPattern } from './wall-pattern.js';

/** From the most significant to the least. */
export const CRON_FIELDS = [
  'year',
  'month',
  'day',
  'week',
  'dayOfWeek',
  'hour',
  'minute',
  'second',
] as const;
export type CronField = (typeof CRON_FIELDS)[number];
export type CronFieldTexts = Readonly<Partial<Record<CronField, string>>>;

const RULES: RangeRules = { wraps: false, stepFitsRange: true };

/** Here a week begins with 0, Monday. */
const WEEKDAY_FROM_MONDAY: FieldShape = {
  name: 'dayOfWeek',
  min: 0,
  max: 6,
  names: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
};

const LOWEST: Readonly<Partial<Record<CronField, string>>> = {
  month: '1',
  day: '1',
  hour: '0',
  minute: '0',
  second: '0',
};

/**
 * Reads a pattern by fields, in APScheduler's grammar. A day must match all of them. A field that is
 * left out takes its lowest value if it is less significant than every field given, else any value;
 * `week` and `dayOfWeek` always any.
 *
 * @throws PatternError
 */
export function parseCronFields(given: CronFieldTexts): CronPattern {
  const least = CRON_FIELDS.findLastIndex((field) => given[field] !== undefined);
  const text = (field: CronField) =>
    given[field] ?? (CRON_FIELDS.indexOf(field) > least ? (LOWEST[field] ?? '*') : '*');
  const { time, policy } = parseTime(text('hour'), text('minute'), text('second'), RULES);
  const week = text('week');
  const days = new DaySet({
    ofMonth: daysOfMonth(text('day')),
    ofWeek: daysOfWeek(text('dayOfWeek')),
    match: 'both',
    weeks: week === '*' ? null : parsePlain(week, WEEK, RULES).set,
  });
  const months = parsePlain(text('month'), MONTH, RULES).set;
  const years = parseYears(text('year'), RULES);
  return { wall: new WallPattern({ time, days, months, years }), policy };
}

/** Numbers and ranges, `last`, `last fri` and `2nd fri`. */
function daysOfMonth(text: string): readonly DayTerm[] | null {
  if (text === '*') return null;
  return text.split(',').flatMap((item) => dayTerms(item.trim()));
}

function dayTerms(item: string): DayTerm[] {
  if (/^last$/i.test(item)) return [{ kind: 'from-last', back: 0 }];
  const [, position, name] = /^(\w+)\s+(\w+)$/.exec(item) ?? [];
  if (position !== undefined && name !== undefined) return [nthWeekday(item, position, name)];
  const range = parseRange(item, DAY_OF_MONTH, RULES);
  return Array.from(valuesOf(range, DAY_OF_MONTH), (day) => ({ kind: 'day', day }));
}

function nthWeekday(item: string, position: string, name: string): DayTerm {
  const fromMonday = WEEKDAY_FROM_MONDAY.names?.indexOf(name.toLowerCase()) ?? -1;
  if (fromMonday < 0) {
    throw new PatternError('day', item, 'needs the name of a weekday: use mon to sun');
  }
  const weekday = fromSunday(fromMonday);
  const nth = ['1st', '2nd', '3rd', '4th', '5th'].indexOf(position.toLowerCase()) + 1;
  if (nth > 0) return { kind: 'nth-weekday', weekday, nth };
  if (/^last$/i.test(position)) return { kind: 'last-weekday', weekday };
  throw new PatternError('day', item, 'has no known position: use 1st, 2nd, 3rd, 4th, 5th or last');
}

/** Ranges of weekdays may wrap: `fri-mon` has one meaning only. */
function daysOfWeek(text: string): readonly DayTerm[] | null {
  if (text === '*') return null;
  const weekdays = parseRanges(text, WEEKDAY_FROM_MONDAY, { ...RULES, wraps: true }).flatMap(
    (range) => [...valuesOf(range, WEEKDAY_FROM_MONDAY)],
  );
  return weekdays.map((weekday) => ({ kind: 'weekday', weekday: fromSunday(weekday) }));
}

const fromSunday = (weekday: number) => (weekday + 1) % sizeOf(WEEKDAY_FROM_MONDAY);
