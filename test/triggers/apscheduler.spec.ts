import { describe, expect, it } from 'vitest';
import { fireTimes } from '../../src/tasks/triggers/fire-times.js';
import { parseTrigger, triggerIssues } from '../../src/tasks/triggers/parse-trigger.js';

/**
 * APScheduler's own test cases, as wall times in the zone of the trigger. Where it is right we do the
 * same. Where it is not, the row says what is done here: it fires inside a gap, or fires a fixed time
 * twice in a repeated hour, or runs without an end.
 */
const BERLIN = { timeZone: 'Europe/Berlin' };
const EASTERN = { timeZone: 'US/Eastern' };

const cron = (fields: object, more: object = BERLIN) => ({ type: 'cron', fields, ...more });
const interval = (more: object) => ({ type: 'interval', ...BERLIN, ...more });

/** An instant, written in UTC where a zone follows it and else by the clocks of Berlin. */
type Row = readonly [what: string, spec: object, after: string, fires: readonly string[]];

/** The wall times that follow, with `never` at the end where there are no more. */
function next(spec: object, after: string, most: number): string[] {
  const from = new Date(Date.parse(after) + 1);
  const shown = fireTimes(spec, { from, limit: Math.max(most, 1) });
  const texts = shown.map(({ local, offset }) => `${local}${offset}`.slice(0, 25));
  return texts.length < most ? [...texts, 'never'] : texts;
}

const short = (text: string) =>
  text.replace(/T00:00:00[+-]\d\d:\d\d$/, '').replace(/:00([+-])/, '$1');

const and = (...triggers: object[]) => ({ type: 'and', ...BERLIN, triggers });
const or = (...triggers: object[]) => ({ type: 'or', ...BERLIN, triggers });
const PAIR = [
  cron({ month: '5-8', day: '6-15' }, { endAt: '2017-08-10T00:00:00', ...BERLIN }),
  cron({ month: '6-9', day: '*/3' }, { endAt: '2017-09-07T00:00:00', ...BERLIN }),
];
const MAY_3 = '2024-05-03T00:00:00Z';
const utc = (spec: object) => ({ ...spec, timeZone: 'UTC' });
const every = (more: object, startAt = MAY_3) => ({ type: 'interval', startAt, ...more });

const TABLE: readonly Row[] = [
  [
    'every second year, third month',
    cron({ year: '2009/2', month: '1/3', day: '5-13' }),
    '2008-12-01T00:00:00+01:00',
    ['2009-01-05'],
  ],
  [
    'the same, later',
    cron({ year: '2009/2', month: '1/3', day: '5-13' }),
    '2009-10-14T00:00:00+02:00',
    ['2011-01-05'],
  ],
  [
    'ranges with steps',
    cron({ year: '2009/2', month: '1-4/3', day: '5-6' }),
    '2008-12-01T00:00:00+01:00',
    ['2009-01-05', '2009-01-06', '2009-04-05', '2009-04-06', '2011-01-05'],
  ],
  [
    'month names',
    cron({ year: 2009, month: 'feb-dec', hour: '8-10' }),
    '2009-01-01T00:00:00+01:00',
    ['2009-02-01T08:00+01:00'],
  ],
  [
    'the last day',
    cron({ year: 2012, month: 2, day: 'last' }),
    '2012-02-01T00:00:00+01:00',
    ['2012-02-29', 'never'],
  ],
  [
    'years in any order',
    cron({ year: '2009,2008' }),
    '2008-12-31T00:00:00+01:00',
    ['2009-01-01', 'never'],
  ],
  [
    'a start',
    cron({ year: 2009, month: 2, hour: '8-10' }, { startAt: '2009-02-03T11:00:00', ...BERLIN }),
    '2009-01-01T00:00:00+01:00',
    ['2009-02-04T08:00+01:00'],
  ],
  [
    'an instant that fires is not found again',
    cron({ day: '*' }),
    '2016-04-25T00:00:00+02:00',
    ['2016-04-26'],
  ],
  [
    'weekdays by number',
    cron({ year: 2009, month: 1, day: '6-10', dayOfWeek: '2-4' }),
    '2009-01-01T00:00:00+01:00',
    ['2009-01-07', '2009-01-08', '2009-01-09', 'never'],
  ],
  [
    'weekdays by name',
    cron({ year: 2009, month: 1, day: '6-10', dayOfWeek: 'wed-fri' }),
    '2009-01-01T00:00:00+01:00',
    ['2009-01-07'],
  ],
  [
    'the fourth Wednesday',
    cron({ year: 2009, month: 1, day: '4th wed' }),
    '2009-01-01T00:00:00+01:00',
    ['2009-01-28', 'never'],
  ],
  [
    'last Sundays',
    cron({ year: 2020, day: 'last sun' }),
    '2020-01-01T00:00:00+01:00',
    ['2020-01-26', '2020-02-23', '2020-03-29'],
  ],
  [
    'a week of a month',
    cron({ year: 2009, month: 2, week: 8 }),
    '2009-01-01T00:00:00+01:00',
    [
      '2009-02-16',
      '2009-02-17',
      '2009-02-18',
      '2009-02-19',
      '2009-02-20',
      '2009-02-21',
      '2009-02-22',
      'never',
    ],
  ],
  [
    'a day of a week',
    cron({ year: 2009, week: 15, dayOfWeek: 'wed' }),
    '2009-01-01T00:00:00+01:00',
    ['2009-04-08', 'never'],
  ],
  [
    'the first week',
    cron({ year: 2020, month: 1, week: 1, dayOfWeek: 'fri-sun' }),
    '2020-01-01T00:00:00+01:00',
    ['2020-01-03', '2020-01-04', '2020-01-05', 'never'],
  ],
  ['a list of days', cron({ day: '6,8' }), '2009-12-31T00:00:00+01:00', ['2010-01-06']],
  [
    'a range of hours',
    cron({ hour: '5-6' }),
    '2009-09-25T07:00:00+02:00',
    ['2009-09-26T05:00+02:00'],
  ],
  [
    'months without that day',
    cron({ day: 30 }),
    '2016-02-01T00:00:00+01:00',
    ['2016-03-30', '2016-04-30'],
  ],
  [
    'an end, included',
    cron({ hour: 4 }, { startAt: '2014-04-13T02:00:00', endAt: '2014-04-13T04:00:00', ...BERLIN }),
    '2014-04-13T02:00:00+02:00',
    ['2014-04-13T04:00+02:00', 'never'],
  ],
  [
    'an instant of another zone',
    cron({ hour: 11, minute: '*/5' }, { utcOffset: -300 }),
    '2009-09-26T10:16:00-06:00',
    ['2009-09-26T11:20-05:00'],
  ],
  [
    'a day range with a step',
    cron({ year: 2009, month: 1, day: '2-9/3' }),
    '2009-01-01T00:00:00+01:00',
    ['2009-01-02', '2009-01-05', '2009-01-08', 'never'],
  ],
  [
    'hours with a step',
    cron({ hour: '*/3' }),
    '2009-01-01T02:00:00+01:00',
    ['2009-01-01T03:00+01:00', '2009-01-01T06:00+01:00', '2009-01-01T09:00+01:00'],
  ],
  [
    'the first Friday',
    cron({ year: 2008, month: 2, day: '1st fri' }),
    '2008-01-01T00:00:00+01:00',
    ['2008-02-01', 'never'],
  ],
  [
    'the second Wednesday',
    cron({ year: 2008, month: 2, day: '2nd wed' }),
    '2008-01-01T00:00:00+01:00',
    ['2008-02-13', 'never'],
  ],
  [
    'the last Friday',
    cron({ year: 2008, month: 2, day: 'last fri' }),
    '2008-01-01T00:00:00+01:00',
    ['2008-02-29', 'never'],
  ],
  [
    'names in capitals',
    cron({ year: 2008, month: 2, dayOfWeek: 'WED' }),
    '2008-01-31T00:00:00+01:00',
    ['2008-02-06'],
  ],
  [
    'a range of names in capitals',
    cron({ dayOfWeek: 'TUE-SAT' }),
    '2008-01-31T00:00:00+01:00',
    ['2008-02-01', '2008-02-02', '2008-02-05'],
  ],
  [
    'crontab',
    { type: 'cron', expression: '0-14 * 14-28 jul fri', dayMatch: 'both', ...BERLIN },
    '2008-07-01T00:00:00+02:00',
    ['2008-07-18', '2008-07-18T00:01+02:00'],
  ],
  [
    'crontab with spaces',
    { type: 'cron', expression: ' 0-14   * 14-28   jul       fri', dayMatch: 'both', ...BERLIN },
    '2008-07-01T00:00:00+02:00',
    ['2008-07-18', '2008-07-18T00:01+02:00'],
  ],

  [
    'an interval before its start',
    interval({ seconds: 1, startAt: '2009-08-04T00:00:02' }),
    '2009-08-04T00:00:00+02:00',
    ['2009-08-04T00:00:02+02:00'],
  ],
  [
    'an interval after its start',
    interval({ seconds: 1, startAt: '2009-08-04T00:00:02' }),
    '2009-08-04T00:00:02.001+02:00',
    ['2009-08-04T00:00:03+02:00'],
  ],
  [
    'an interval asked in another zone',
    interval({ seconds: 1, startAt: '2009-08-04T00:00:02' }),
    '2009-08-03T22:00:02.001-01:00',
    ['2009-08-04T01:00:03+02:00'],
  ],
  [
    'an interval with an end',
    interval({ minutes: 5, startAt: '2014-05-26T00:00:00', endAt: '2014-05-26T00:07:00' }),
    '2014-05-26T00:02:00+02:00',
    ['2014-05-26T00:05+02:00', 'never'],
  ],
  [
    'an interval with a fraction',
    interval({
      hours: 1,
      seconds: 6,
      startAt: '2020-05-16T19:32:44.649',
      endAt: '2020-05-16T22:33:01',
    }),
    '2020-05-16T19:32:44.648+02:00',
    ['2020-05-16T19:32:44.649', '2020-05-16T20:32:50.649', '2020-05-16T21:32:56.649', 'never'],
  ],
  [
    'a date',
    { type: 'date', at: '2009-07-06T00:00:00', ...BERLIN },
    '2008-05-04T00:00:00+02:00',
    ['2009-07-06', 'never'],
  ],

  ['and, with ends', and(...PAIR), '2017-08-06T00:00:00+02:00', ['2017-08-07', '2017-08-10']],
  ['and, after an end', and(...PAIR), '2017-08-10T01:00:00+02:00', ['never']],
  ['or, with ends', or(...PAIR), '2017-08-05T23:00:00+02:00', ['2017-08-06']],
  ['or, after the ends', or(...PAIR), '2017-09-07T01:00:00+02:00', ['never']],
  [
    'and: 6 and 12 hours',
    utc(and(every({ hours: 6 }), every({ hours: 12 }))),
    '2024-05-02T23:00:00Z',
    ['2024-05-03', '2024-05-03T12:00+00:00', '2024-05-04'],
  ],
  [
    'and: a day and a week',
    utc(
      and(every({ days: 1 }, '2024-05-01T00:00:00Z'), every({ weeks: 1 }, '2024-05-01T00:00:00Z')),
    ),
    '2024-04-30T00:00:00Z',
    ['2024-05-01', '2024-05-08', '2024-05-15'],
  ],
  [
    'and: weekdays and 12 hours',
    utc(and(cron({ dayOfWeek: 'mon-fri', hour: '*' }, {}), every({ hours: 12 }))),
    '2024-05-02T23:00:00Z',
    ['2024-05-03', '2024-05-03T12:00+00:00', '2024-05-06'],
  ],
  [
    'and: weekdays and 4 days',
    utc(and(cron({ dayOfWeek: 'mon-fri' }, {}), every({ days: 4 }, '2024-05-13T00:00:00Z'))),
    '2024-05-12T00:00:00Z',
    ['2024-05-13', '2024-05-17', '2024-05-21', '2024-05-29'],
  ],
  [
    'and: months and weekdays',
    utc(
      and(
        { type: 'calendar-interval', months: 1, startAt: '2024-01-01' },
        cron({ dayOfWeek: 'mon-fri' }, {}),
      ),
    ),
    '2023-12-31T00:00:00Z',
    [
      '2024-01-01',
      '2024-02-01',
      '2024-03-01',
      '2024-04-01',
      '2024-05-01',
      '2024-07-01',
      '2024-08-01',
      '2024-10-01',
      '2024-11-01',
    ],
  ],
  [
    'or: 4 and 6 seconds',
    utc(
      or(
        every({ seconds: 4, endAt: '2024-05-03T00:00:16Z' }),
        every({ seconds: 6, endAt: '2024-05-03T00:00:18Z' }),
      ),
    ),
    '2024-05-02T23:00:00Z',
    [
      '2024-05-03',
      '2024-05-03T00:00:04+00:00',
      '2024-05-03T00:00:06+00:00',
      '2024-05-03T00:00:08+00:00',
      '2024-05-03T00:00:12+00:00',
      '2024-05-03T00:00:16+00:00',
      '2024-05-03T00:00:18+00:00',
      'never',
    ],
  ],
  [
    'a calendar interval in a gap, skipped',
    {
      type: 'calendar-interval',
      days: 1,
      hour: 2,
      minute: 30,
      startAt: '2016-03-27',
      gap: 'skip',
      ...BERLIN,
    },
    '2016-03-27T00:00:00+01:00',
    ['2016-03-28T02:30+02:00'],
  ],
  [
    'a calendar interval in a repeated hour',
    { type: 'calendar-interval', days: 2, hour: 2, minute: 30, startAt: '2016-10-30', ...BERLIN },
    '2016-10-30T00:00:00+02:00',
    ['2016-10-30T02:30+02:00', '2016-11-01T02:30+01:00'],
  ],
  [
    'a calendar interval on the 31st',
    { type: 'calendar-interval', months: 1, startAt: '2016-03-31', ...BERLIN },
    '2016-03-30T00:00:00+02:00',
    ['2016-03-31', '2016-05-31'],
  ],
  [
    'a calendar interval of one date',
    { type: 'calendar-interval', days: 1, startAt: '2020-12-31', endAt: '2020-12-31', ...BERLIN },
    '2020-12-30T00:00:00+01:00',
    ['2020-12-31', 'never'],
  ],

  // clock changes, where APScheduler is right
  [
    'a fixed hour in spring',
    cron({ hour: 8 }, EASTERN),
    '2013-03-09T12:00:00-05:00',
    ['2013-03-10T08:00-04:00'],
  ],
  [
    'a fixed hour in autumn',
    cron({ hour: 8 }, EASTERN),
    '2013-11-02T12:00:00-04:00',
    ['2013-11-03T08:00-05:00'],
  ],
  [
    'the first pass',
    cron({ hour: 1, minute: 30 }, EASTERN),
    '2013-11-03T00:30:00-04:00',
    ['2013-11-03T01:30-04:00'],
  ],
  [
    'both passes, if asked for',
    cron({ hour: 1, minute: 30 }, { fold: 'both', ...EASTERN }),
    '2013-11-03T01:30:05-04:00',
    ['2013-11-03T01:30-05:00', '2013-11-04T01:30-05:00'],
  ],
  [
    'after the second pass',
    cron({ hour: 1, minute: 30 }, EASTERN),
    '2013-11-03T01:30:05-05:00',
    ['2013-11-04T01:30-05:00'],
  ],
  [
    'half hours over a gap',
    cron({ minute: '*/30' }, EASTERN),
    '2013-03-10T01:35:00-05:00',
    ['2013-03-10T03:00-04:00'],
  ],
  [
    'half hours over a fold',
    cron({ minute: '*/30' }, EASTERN),
    '2013-11-03T01:35:00-04:00',
    ['2013-11-03T01:00-05:00'],
  ],
  [
    'a gap, skipped if asked for',
    cron({ hour: 2 }, { gap: 'skip', ...EASTERN }),
    '2013-03-09T20:00:00-05:00',
    ['2013-03-11T02:00-04:00'],
  ],
  [
    'once an endless loop',
    cron({ minute: 30 }, { timeZone: 'Europe/Helsinki' }),
    '2017-10-29T03:30:00.001+02:00',
    ['2017-10-29T04:30+02:00'],
  ],
  [
    'each hour of a fold',
    cron({ minute: 0 }),
    '2024-10-27T01:59:00+02:00',
    ['2024-10-27T02:00+02:00', '2024-10-27T02:00+01:00', '2024-10-27T03:00+01:00'],
  ],
  [
    'each minute 1 of a fold',
    cron({ minute: 1 }),
    '2024-10-27T02:00:00+02:00',
    ['2024-10-27T02:01+02:00', '2024-10-27T02:01+01:00', '2024-10-27T03:01+01:00'],
  ],
  [
    'an interval over a gap',
    { type: 'interval', hours: 1, startAt: '2013-03-01T00:00:00', ...EASTERN },
    '2013-03-10T01:05:00-05:00',
    ['2013-03-10T03:00-04:00'],
  ],
  [
    'an interval over a fold',
    { type: 'interval', hours: 1, startAt: '2013-03-01T00:00:00', ...EASTERN },
    '2013-11-03T01:05:00-04:00',
    ['2013-11-03T01:00-05:00'],
  ],
  [
    'two passes between two instants',
    cron(
      { hour: 1, minute: 0, second: 10 },
      { fold: 'both', endAt: '2025-11-02T01:00:10', ...EASTERN },
    ),
    '2025-11-02T00:59:00-04:00',
    ['2025-11-02T01:00:10-04:00', '2025-11-02T01:00:10-05:00', 'never'],
  ],

  // where it is not: the choice made here
  [
    'it fires in a gap; here, after it',
    cron({ hour: 2, minute: 30 }),
    '2016-03-27T00:00:00+01:00',
    ['2016-03-27T03:00+02:00', '2016-03-28T02:30+02:00'],
  ],
  [
    'it loses the day in a gap at midnight; here, after it',
    cron({ hour: 0 }, { timeZone: 'America/Sao_Paulo' }),
    '2018-11-03T12:00:00-03:00',
    ['2018-11-04T01:00-02:00', '2018-11-05'],
  ],
  [
    'it fires a fixed time in both passes; here, once',
    cron({ hour: 2, minute: 30 }),
    '2016-10-30T00:00:00+02:00',
    ['2016-10-30T02:30+02:00', '2016-10-31T02:30+01:00'],
  ],
  [
    'it skips a calendar interval in a gap; here, after it',
    { type: 'calendar-interval', days: 1, hour: 2, minute: 30, startAt: '2016-03-27', ...BERLIN },
    '2016-03-27T00:00:00+01:00',
    ['2016-03-27T03:00+02:00'],
  ],
  [
    'it fires */2 in a gap; here, real time goes on',
    cron({ hour: '*/2' }),
    '2016-03-27T00:00:00+01:00',
    ['2016-03-27T04:00+02:00'],
  ],
];

describe("APScheduler's vectors", () => {
  it.each(TABLE)('%s', (_, spec, after, fires) => {
    const most = fires.length;
    const expected = [...fires];
    expect(next(spec, after, most).map(short).map(withoutMidnight)).toEqual(expected);
  });

  it.each([
    [
      'days and weekdays that exclude each other',
      cron({ year: 2009, month: 1, day: '6-7', dayOfWeek: '0,6' }),
    ],
    ['a start in a gap', cron({ hour: 4 }, { startAt: '2025-03-30T02:30:00', ...BERLIN })],
    ['an end in a gap', cron({ hour: 4 }, { endAt: '2025-03-30T02:30:00', ...BERLIN })],
    [
      'bounds with nothing between them',
      cron(
        { hour: 10, minute: '*/5' },
        {
          timeZone: 'America/Chicago',
          startAt: '2026-01-01T10:56:00',
          endAt: '2026-01-01T11:00:00',
        },
      ),
    ],
    ['a sixth Friday', cron({ day: '6th fri' })],
    ['no weekday', cron({ day: '1st moh' })],
    ['a range that goes backwards', cron({ day: '5-3' })],
    ['a step of nothing', cron({ day: '*/0' })],
    ['a name with a tail', cron({ month: 'jan-mar/2x' })],
    ['an interval of nothing', interval({})],
    ['an end before the start', interval({ hours: 1, startAt: '2020-05-16', endAt: '2020-05-15' })],
    ['a negative interval', interval({ hours: -1 })],
    [
      'two dates a second apart, together',
      and({ type: 'date', at: MAY_3 }, { type: 'date', at: '2024-05-03T00:00:01Z' }),
    ],
    [
      'two intervals that never meet',
      and(every({ seconds: 4 }), every({ seconds: 4 }, '2024-05-03T00:00:02Z')),
    ],
    ['a calendar interval of nothing', { type: 'calendar-interval' }],
  ])('refuses %s', (_, spec) => expect(triggerIssues(spec)).toHaveLength(1));

  it.each([
    ['1-5', 'mon-fri'],
    ['0-3', 'mon-wed,sun'],
    ['6-1', 'mon,sat-sun'],
    ['6-7', 'sat-sun'],
  ])('reads %s in crontab as %s', (numbers, names) => {
    const trigger = parseTrigger({ type: 'cron', expression: `0 0 * * ${numbers}` });
    const named = parseTrigger(cron({ dayOfWeek: names }, {}));
    let at: Date | null = new Date('2024-01-01T12:00:00Z');
    for (let i = 0; at && i < 14; i++) {
      expect(trigger.next(at)).toEqual(named.next(at));
      at = trigger.next(at);
    }
    expect(at).not.toBeNull();
  });
});

/** A date alone stands for its midnight, an instant with milliseconds for itself. */
const withoutMidnight = (text: string) => text.replace(/(\.\d{3}).*$/, '$1');
