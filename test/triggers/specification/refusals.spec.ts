import { describe, expect, it } from 'vitest';
import { triggerIssues } from '../../../src/tasks/triggers/parse-trigger.js';

/** What is refused, where, and in which words: field, offending part, allowed range. */
type Row = readonly [spec: unknown, pointer: string, message: string];

const cron = (expression: unknown, more: object = {}) => ({ type: 'cron', expression, ...more });
const fields = (given: object) => ({ type: 'cron', fields: given });
const interval = (more: object) => ({ type: 'interval', ...more });
const daily = (more: object) => cron('0 9 * * *', more);
const deep = (levels: number): object =>
  levels === 0 ? daily({}) : { type: 'and', triggers: [deep(levels - 1)] };

const EXPRESSIONS: readonly (readonly [expression: string, reason: string])[] = [
  ['60 * * * *', 'minute "60" is not allowed: use 0 to 59'],
  ['* 24 * * *', 'hour "24" is not allowed: use 0 to 23'],
  ['60 * * * * *', 'second "60" is not allowed: use 0 to 59'],
  ['* * 0 * *', 'day of month "0" is not allowed: use 1 to 31'],
  ['* * 32 * *', 'day of month "32" is not allowed: use 1 to 31'],
  ['* * * 0 *', 'month "0" is not allowed: use 1 to 12, or jan to dec'],
  ['* * * 13 *', 'month "13" is not allowed: use 1 to 12, or jan to dec'],
  ['* * * * 8', 'day of week "8" is not allowed: use 0 to 6, or sun to sat'],
  ['* * * * 1-8', 'day of week "8" is not allowed: use 0 to 6, or sun to sat'],
  ['0 0 0 1 1 * 1969', 'year "1969" is not allowed: use 1970 to 9999'],
  ['0 0 0 1 1 * 10000', 'year "10000" is not allowed: use 1970 to 9999'],
  ['0 0 0 1 1 * 2030-2026', 'year "2030-2026" goes backwards: write it as two ranges'],
  ['* * * foo *', 'month "foo" is not allowed: use 1 to 12, or jan to dec'],
  ['* * * january *', 'month "january" is not allowed'],
  ['* * * * monday', 'day of week "monday" is not allowed'],
  ['mon * * * *', 'minute "mon" is not allowed: use 0 to 59'],
  ['*/0 * * * *', 'minute "*/0" has a step of 0: use 1 or more'],
  ['1-5/0 * * * *', 'minute "1-5/0" has a step of 0'],
  ['1-2-3 * * * *', 'minute "1-2-3" cannot be read'],
  ['1/2/3 * * * *', 'minute "1/2/3" cannot be read'],
  ['*-5 * * * *', 'minute "*-5" cannot be read'],
  ['1, * * * *', 'minute "" cannot be read'],
  [',1 * * * *', 'minute "" cannot be read'],
  ['1,,2 * * * *', 'minute "" cannot be read'],
  ['-1 * * * *', 'minute "-1" cannot be read'],
  ['1.5 * * * *', 'minute "1.5" cannot be read'],
  ['1e1 * * * *', 'minute "1e1" cannot be read'],
  ['0x1 * * * *', 'minute "0x1" cannot be read'],
  ['** * * * *', 'minute "**" cannot be read'],
  ['5# * * * *', 'minute "5#" cannot be read'],
  ['L * * * *', 'minute "L" is not allowed: use 0 to 59'],
  ['* * L-0 * *', 'day of month "L-0" is not allowed: use L-1 to L-30'],
  ['* * L-31 * *', 'day of month "L-31" is not allowed: use L-1 to L-30'],
  ['* * 0W * *', 'day of month "0" is not allowed: use 1 to 31'],
  ['* * 32W * *', 'day of month "32" is not allowed: use 1 to 31'],
  ['* * 1-5W * *', 'day of month "1-5W" cannot be read'],
  ['* * W * *', 'day of month "W" is not allowed'],
  ['* * 5L * *', 'day of month "5L" cannot be read'],
  ['* * 1#2 * *', 'day of month "1#2" cannot be read'],
  ['* * * * L', 'day of week "L" needs a day, such as FRIL'],
  ['* * * * 5#6', 'day of week "5#6" is not allowed: use #1 to #5, or #L'],
  ['* * * * 5#0', 'day of week "5#0" is not allowed: use #1 to #5, or #L'],
  ['* * * * 5#', 'day of week "5#" cannot be read'],
  ['* * * * #2', 'day of week "#2" cannot be read'],
  ['* * * * 5W', 'day of week "5W" cannot be read'],
  ['* * * * 8L', 'day of week "8" is not allowed'],
  ['* * * *', 'has 4 fields: use 5'],
  ['*', 'has 1 fields: use 5'],
  ['* * * * * * * *', 'has 8 fields: use 5'],
  ['@never', 'is not a known name: use @yearly'],
  ['@', 'is not a known name: use @yearly'],
  ['H * * * *', 'has an H, which needs a seed: give one'],
];

const FIELDS: readonly (readonly [given: object, pointer: string, reason: string])[] = [
  [{ hour: 24 }, '/fields/hour', 'hour "24" is not allowed: use 0 to 23'],
  [{ minute: '60' }, '/fields/minute', 'minute "60" is not allowed: use 0 to 59'],
  [{ month: 0 }, '/fields/month', 'month "0" is not allowed: use 1 to 12, or jan to dec'],
  [{ week: 54 }, '/fields/week', 'week "54" is not allowed: use 1 to 53'],
  [
    { dayOfWeek: 7 },
    '/fields/dayOfWeek',
    'dayOfWeek "7" is not allowed: use 0 to 6, or mon to sun',
  ],
  [{ year: 1969 }, '/fields/year', 'year "1969" is not allowed: use 1970 to 9999'],
  [{ second: '*/60' }, '/fields/second', 'second "*/60" has a step of 60: use 1 to 59'],
  [{ hour: '*/24' }, '/fields/hour', 'hour "*/24" has a step of 24: use 1 to 23'],
  [{ day: '*/31' }, '/fields/day', 'day of month "*/31" has a step of 31: use 1 to 30'],
  [{ minute: '5-3' }, '/fields/minute', 'minute "5-3" goes backwards'],
  [{ hour: '22-2' }, '/fields/hour', 'hour "22-2" goes backwards'],
  [{ minute: '*/0' }, '/fields/minute', 'minute "*/0" has a step of 0: use 1 to 59'],
  [{ day: '6th fri' }, '/fields/day', 'day "6th fri" has no known position: use 1st, 2nd'],
  [{ day: '1st moh' }, '/fields/day', 'day "1st moh" needs the name of a weekday: use mon to sun'],
  [{ day: '1st 1' }, '/fields/day', 'day "1st 1" needs the name of a weekday: use mon to sun'],
  [{ day: 'lastfoo' }, '/fields/day', 'day of month "lastfoo" is not allowed: use 1 to 31'],
  [{ month: 'jan-mar/2x' }, '/fields/month', 'month "jan-mar/2x" cannot be read'],
  [{ dayOfWeek: 'mon-fri-sun' }, '/fields/dayOfWeek', 'dayOfWeek "mon-fri-sun" cannot be read'],
  [{ month: 2, day: 30 }, '/fields', 'never fires: no date has all of these'],
  [{ month: 6, week: 1 }, '/fields', 'never fires: no date has all of these'],
  [{}, '/fields', 'must give at least one of year month day week dayOfWeek hour minute second'],
  [{ hour: 1, day_of_week: 1 }, '/fields/day_of_week', 'is not a known field'],
  [{ hour: 1.5 }, '/fields/hour', 'must be a number or a text'],
  [{ hour: '' }, '/fields/hour', 'must not be empty'],
];

const OTHERS: readonly Row[] = [
  [cron('x'.repeat(257)), '/expression', '256'],
  [cron('   '), '/expression', '>=1'],
  [cron('0 0 30 2 *'), '/expression', '"0 0 30 2 *" never fires'],
  [cron('0 0 31 4,6,9,11 *'), '/expression', '"0 0 31 4,6,9,11 *" never fires'],
  [cron('0 0 0 29 2 * 2027'), '/expression', 'never fires'],
  [cron('0 0 L-30 2 *'), '/expression', 'never fires'],
  [{ type: 'cron' }, '/expression', 'must be given, or `fields` instead of it'],
  [{ ...fields({ hour: 1 }), expression: '* * * * *' }, '/expression', 'must be given, or'],
  [{ ...fields({ hour: 1 }), dayMatch: 'both' }, '/dayMatch', 'belongs to an expression'],
  [daily({ dayMatch: 'all' }), '/dayMatch', 'either'],
  [daily({ timeZone: 'Mars/Base' }), '/timeZone', 'must be an IANA time zone'],
  [daily({ timeZone: '+02:00' }), '/timeZone', 'must be an IANA time zone'],
  [daily({ timeZone: '' }), '/timeZone', 'must be an IANA time zone'],
  [daily({ utcOffset: 2_000 }), '/utcOffset', '1080'],
  [daily({ utcOffset: 60, timeZone: 'UTC' }), '/utcOffset', 'cannot be combined with timeZone'],
  [daily({ gap: 'forward' }), '/gap', 'next-valid'],
  [daily({ fold: 'third' }), '/fold', 'first'],
  [daily({ startAt: 'tomorrow' }), '/startAt', 'must be a date, such as 2026-11-23'],
  [daily({ startAt: '2026-02-30' }), '/startAt', 'must be a date'],
  [daily({ startAt: '2026-01-02', endAt: '2026-01-01' }), '/endAt', 'is before startAt'],
  [
    daily({ startAt: '2026-01-01T10:00:00Z', endAt: '2026-01-01T11:00:00Z' }),
    '',
    'never fires within its bounds',
  ],
  [
    daily({ startAt: '2025-03-30T02:30:00', timeZone: 'Europe/Berlin' }),
    '/startAt',
    'is never shown by the clocks',
  ],
  [
    daily({ endAt: '2025-03-30T02:30:00', timeZone: 'Europe/Berlin' }),
    '/endAt',
    'is never shown by the clocks',
  ],
  [daily({ exclude: { dates: ['25.12.2026'] } }), '/exclude/dates/0', 'ISO date'],
  [
    daily({ exclude: { weekly: [{ weekdays: ['Monday'] }] } }),
    '/exclude/weekly/0/weekdays/0',
    'must be one of sun mon',
  ],
  [daily({ exclude: { weekly: [{ weekdays: [] }] } }), '/exclude/weekly/0/weekdays', '>=1'],
  [
    daily({ exclude: { weekly: [{ weekdays: ['mon'], from: '25:00' }] } }),
    '/exclude/weekly/0/from',
    'must be a time of day',
  ],
  [
    daily({ exclude: { ranges: [{ from: '2026-02-01', to: '2026-01-01' }] } }),
    '/exclude/ranges/0/to',
    'is before from',
  ],
  [daily({ exclude: { months: [1] } }), '/exclude/months', 'is not a known field'],
  [
    daily({
      exclude: { weekly: [{ weekdays: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] }] },
    }),
    '',
    'has no fire time that was found',
  ],
  [interval({}), '', 'must add up to a period from 10 ms'],
  [interval({ seconds: 0 }), '', 'must add up to a period from 10 ms'],
  [interval({ seconds: -1 }), '/seconds', '>=0'],
  [interval({ milliseconds: 9 }), '', 'must add up to a period from 10 ms'],
  [interval({ seconds: 1.5 }), '/seconds', 'int'],
  [interval({ weeks: 6_000 }), '', 'to 3155760000000 ms (100 years)'],
  [
    interval({ days: 1, startAt: '2026-01-02', endAt: '2026-01-01' }),
    '/endAt',
    'is before startAt',
  ],
  [{ type: 'date' }, '/at', 'must be an RFC 3339 instant'],
  [{ type: 'date', at: '2026-01-01' }, '/at', 'must be an RFC 3339 instant'],
  [
    { type: 'date', at: '2026-03-29T02:30:00', gap: 'skip', timeZone: 'Europe/Berlin' },
    '/at',
    'the clocks are put forward over it',
  ],
  [{ type: 'calendar-interval' }, '', 'must add up to at least one day'],
  [{ type: 'calendar-interval', days: 1, hour: 24 }, '/hour', '<=23'],
  [{ type: 'calendar-interval', days: 1, startAt: '2026-01-01T00:00:00Z' }, '/startAt', 'ISO date'],
  [{ type: 'calendar-interval', months: -1 }, '/months', '>=0'],
  [{ type: 'and', triggers: [] }, '/triggers', '>=1'],
  [{ type: 'or' }, '/triggers', 'array'],
  [
    { type: 'or', triggers: [daily({}), cron('61 * * * *')] },
    '/triggers/1/expression',
    'minute "61" is not allowed',
  ],
  [{ type: 'or', triggers: [daily({}), interval({})] }, '/triggers/1', 'must add up to a period'],
  [
    { type: 'and', triggers: [cron('0 9 * * *'), cron('0 10 * * *')] },
    '',
    'has no fire time that was found',
  ],
  [
    {
      type: 'and',
      triggers: [
        interval({ seconds: 4 }),
        interval({ seconds: 4, startAt: '2026-01-01T00:00:02Z' }),
      ],
    },
    '',
    'never fires: its parts have no instant in common',
  ],
  [{ type: 'or', triggers: Array.from({ length: 17 }, () => daily({})) }, '/triggers', '<=16'],
  [
    {
      type: 'or',
      triggers: Array.from({ length: 3 }, () => ({
        type: 'or',
        triggers: Array.from({ length: 16 }, () => daily({})),
      })),
    },
    '/triggers/2/triggers/0',
    'is one too many: a trigger may hold 32',
  ],
  [deep(9), '/triggers/0'.repeat(8), 'is nested more than 8 levels deep'],
  [
    { type: 'lunar' },
    '/type',
    'must have a type: "cron", "interval", "date", "calendar-interval", "and" or "or"',
  ],
];

describe('a refused expression', () => {
  it.each(EXPRESSIONS)('%s: %s', (expression, reason) => {
    const issues = triggerIssues(cron(expression));
    expect(issues.map(({ pointer }) => pointer)).toEqual(['/expression']);
    expect(issues[0]?.message).toContain(`"${expression}" is not a cron expression: `);
    expect(issues[0]?.message).toContain(reason);
  });
});

describe('a refused pattern by fields', () => {
  it.each(FIELDS)('%j at %s: %s', (given, pointer, reason) => {
    const issues = triggerIssues(fields(given));
    expect(issues.map((issue) => issue.pointer)).toEqual([pointer]);
    expect(issues[0]?.message).toContain(reason);
  });
});

describe('a refused trigger', () => {
  it.each(OTHERS)('%j at "%s": %s', (spec, pointer, message) => {
    const issues = triggerIssues(spec);
    expect(issues.map((issue) => issue.pointer)).toEqual([pointer]);
    expect(issues[0]?.message).toContain(message);
  });

  it('is one that is nested a level too deep, and not one level less', () => {
    expect(triggerIssues(deep(8))).toEqual([]);
    expect(triggerIssues(deep(9))).not.toEqual([]);
  });
});
