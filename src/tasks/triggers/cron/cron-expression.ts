import { parseDaysOfMonth, parseDaysOfWeek } from './cron-days.js';
import type { CronPattern } from './cron-pattern.js';
import type { RangeRules } from './cron-range.js';
import { parsePlain, parseTime, parseYears } from './cron-time.js';
import { DaySet } from './day-set.js';
import { MONTH } from './field-shape.js';
import { PatternError } from './pattern-error.js';
import { WallPattern } from './wall-pattern.js';

/** Which day fields must match if an expression restricts both. */
export type DayMatch = 'either' | 'both' | 'vixie';

const RULES: RangeRules = { wraps: true, stepFitsRange: false };
const YEAR_RULES: RangeRules = { wraps: false, stepFitsRange: false };

/**
 * Reads a crontab expression of five fields, six (seconds first) or seven (year last), or a name
 * such as `@daily`.
 *
 * A day must match the day of month or the day of week if both are restricted, as most programs have
 * it; a `+` before the day of week, or `match: 'both'`, asks for both. A field that lists all of its
 * values restricts nothing. A step over the whole field does: from the first of the month, every other
 * day, *or* on Mondays. The crontab of Vixie differs in this, and `match: 'vixie'` does as it does: a
 * day must match both if either field begins with a star.
 *
 * @throws PatternError
 */
export function parseCronExpression(expression: string, match: DayMatch): CronPattern {
  const fields = fieldsOf(expression);
  const [second, minute, hour, dayOfMonth, month, dayOfWeek, year] = fields;
  const asksForBoth =
    dayOfWeek.startsWith('+') ||
    match === 'both' ||
    (match === 'vixie' && [dayOfMonth, dayOfWeek].some((field) => field.startsWith('*')));
  const { time, policy } = parseTime(hour, minute, second, RULES);
  const days = new DaySet({
    ofMonth: parseDaysOfMonth(dayOfMonth),
    ofWeek: parseDaysOfWeek(dayOfWeek.replace(/^\+/, '')),
    match: asksForBoth ? 'both' : 'either',
    weeks: null,
  });
  const months = parsePlain(month, MONTH, RULES).set;
  return {
    wall: new WallPattern({ time, days, months, years: parseYears(year, YEAR_RULES) }),
    policy,
  };
}

type Fields = readonly [
  second: string,
  minute: string,
  hour: string,
  dayOfMonth: string,
  month: string,
  dayOfWeek: string,
  year: string,
];

/** @throws PatternError */
export function fieldsOf(expression: string): Fields {
  const fields = unnamed(expression).trim().split(/\s+/);
  const [a = '', b = '', c = '', d = '', e = '', f = '', g = ''] = fields;
  if (fields.length === 5) return ['0', a, b, c, d, e, '*'];
  if (fields.length === 6) return [a, b, c, d, e, f, '*'];
  if (fields.length === 7) return [a, b, c, d, e, f, g];
  throw new PatternError(
    'expression',
    expression,
    `has ${fields.length} fields: use 5 (minute hour day month weekday), 6 with the second ` +
      'before them, 7 with the year behind them, or a name such as @daily',
  );
}

function unnamed(expression: string): string {
  if (!expression.trim().startsWith('@')) return expression;
  const named = NAMES[expression.trim().toLowerCase()];
  if (named !== undefined) return named;
  throw new PatternError(
    'expression',
    expression,
    `is not a known name: use ${Object.keys(NAMES).join(' ')}`,
  );
}

const NAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@weekdays': '0 0 * * 1-5',
  '@weekends': '0 0 * * 0,6',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
  '@minutely': '* * * * *',
  '@secondly': '* * * * * *',
};
