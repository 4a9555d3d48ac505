import { patternOf } from '../compile-plain.js';
import { describeDays, describeMonths, weekdaysInWords } from './describe-days.js';
import { describeTime } from './describe-time.js';
import { listed, ordinal } from './in-words.js';
import type { ExcludeSpec } from '../exclude-spec.js';
import { parseTrigger, type TriggerOptions } from '../parse-trigger.js';
import {
  periodMs,
  triggerSpecSchema,
  type CalendarIntervalSpec,
  type CronSpec,
  type TriggerSpec,
} from '../trigger-spec.js';
import { offsetText, timeText } from '../time/wall-text.js';
import { WEEKDAYS } from '../cron/field-shape.js';
import { EVERY_YEAR, type YearSet } from '../cron/year-set.js';

/**
 * A trigger in words, such as `at 09:00 from Monday to Friday (Europe/Berlin)`.
 *
 * @throws InvalidInputError
 */
export function describe(spec: unknown, options: TriggerOptions = {}): string {
  parseTrigger(spec, options);
  const parsed = triggerSpecSchema.parse(spec);
  const words = inWords(parsed, options);
  return parsed.type === 'cron' && zoneInWords(parsed) === '' ? `${words} (UTC)` : words;
}

function inWords(spec: TriggerSpec, options: TriggerOptions): string {
  const parts = [core(spec, options), describeBounds(spec), describeExclude(spec.exclude)];
  const words = parts.filter((part) => part !== '').join(', ');
  const zone = zoneInWords(spec);
  return zone === '' ? words : `${words} (${zone})`;
}

function core(spec: TriggerSpec, options: TriggerOptions): string {
  switch (spec.type) {
    case 'cron':
      return cron(spec, options);
    case 'interval':
      return `every ${duration(periodMs(spec))}`;
    case 'date':
      return `once at ${spec.at}`;
    case 'calendar-interval':
      return calendarInterval(spec);
    case 'and':
    case 'or': {
      const inner = spec.triggers.map((trigger) => `[${inWords(trigger, options)}]`);
      return spec.type === 'and'
        ? `when all of these come together: ${listed(inner)}`
        : `when any of these comes: ${listed(inner, 'or')}`;
    }
  }
}

function cron(spec: CronSpec, options: TriggerOptions): string {
  const { time, days, months, years } = patternOf(spec, options, '').wall.fields;
  return [describeTime(time), describeDays(days.days), describeMonths(months), yearsInWords(years)]
    .filter((part) => part !== '')
    .join(' ');
}

function yearsInWords(years: YearSet): string {
  if (years === EVERY_YEAR) return '';
  const ranges = years.ranges.map(({ from, to, step }) => {
    if (from === to) return String(from);
    return `${step > 1 ? `every ${ordinal(step)} year ` : ''}from ${from} to ${to}`;
  });
  return `in ${listed(ranges)}`.replace(/^in (every|from)/, '$1');
}

function calendarInterval(spec: CalendarIntervalSpec): string {
  const { hour = 0, minute = 0, second = 0 } = spec;
  const units = (['years', 'months', 'weeks', 'days'] as const).flatMap((unit) => {
    const n = spec[unit] ?? 0;
    return n > 0 ? count(n, unit) : [];
  });
  const every = units.length === 1 ? units[0]?.replace(/^1 /, '') : listed(units);
  return `every ${every} at ${timeText(hour * 3_600 + minute * 60 + second)}`;
}

const UNITS = [
  ['weeks', 604_800_000],
  ['days', 86_400_000],
  ['hours', 3_600_000],
  ['minutes', 60_000],
  ['seconds', 1_000],
  ['milliseconds', 1],
] as const;

/** `90 minutes` as `1 hour and 30 minutes`, and a single unit without its one: `minute`. */
function duration(ms: number): string {
  let left = ms;
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const n = Math.floor(left / size);
    left -= n * size;
    if (n > 0) parts.push(count(n, unit));
  }
  return parts.length === 1 ? parts.join('').replace(/^1 /, '') : listed(parts);
}

const count = (n: number, units: string) => (n === 1 ? `1 ${units.slice(0, -1)}` : `${n} ${units}`);

function zoneInWords({ timeZone, utcOffset }: TriggerSpec): string {
  if (timeZone !== undefined) return timeZone;
  if (utcOffset !== undefined) return `UTC${offsetText(utcOffset * 60_000)}`;
  return '';
}

/** `from 2026-01-01 until 2026-12-31`; empty: no bounds. */
function describeBounds({ startAt, endAt }: TriggerSpec): string {
  const from = startAt === undefined ? '' : `from ${startAt}`;
  const until = endAt === undefined ? '' : `until ${endAt}`;
  return [from, until].filter((part) => part !== '').join(' ');
}

/** `except on Saturday and Sunday and on 3 dates`; empty: nothing is excluded. */
function describeExclude(exclude: ExcludeSpec | undefined): string {
  const { dates = [], ranges = [], weekly = [] } = exclude ?? {};
  const parts = [
    ...weekly.map(({ weekdays, from = '00:00', to = '24:00' }) => {
      const days = weekdaysInWords(weekdays.map((day) => WEEKDAYS.indexOf(day)));
      return from === '00:00' && to === '24:00' ? days : `${days} from ${from} to ${to}`;
    }),
    ...(dates.length > 0
      ? [dates.length < 4 ? `on ${dates.join(', ')}` : `on ${dates.length} dates`]
      : []),
    ...ranges.slice(0, 3).map(({ from, to }) => `from ${from} to ${to}`),
    ...(ranges.length > 3 ? [`in ${ranges.length - 3} other ranges`] : []),
  ];
  return parts.length > 0 ? `except ${parts.join(' and ')}` : '';
}
