import { describe, expect, it } from 'vitest';
import { parseTrigger } from '../../../src/tasks/triggers/parse-trigger.js';
import { fireTexts } from './fire-texts.js';

/** Triggers together, with bounds and with exclusions, by their first fire times in UTC. */
type Row = readonly [what: string, spec: object, from: string, fires: string];

const cron = (expression: string, more: object = {}) => ({ type: 'cron', expression, ...more });
const every = (more: object) => ({ type: 'interval', startAt: '2026-01-01T00:00:00Z', ...more });
const at = (time: string) => ({ type: 'date', at: `2026-01-01T${time}Z` });
const and = (...triggers: object[]) => ({ type: 'and', triggers });
const or = (...triggers: object[]) => ({ type: 'or', triggers });
const NEW_YEAR = '2026-01-01T00:00:00Z';
const BEFORE = '2025-12-31T23:59:59Z';

const TABLE: readonly Row[] = [
  [
    'or: both',
    or(cron('0 9 * * *'), cron('0 17 * * *')),
    NEW_YEAR,
    '2026-01-01 09:00, 2026-01-01 17:00, 2026-01-02 09:00',
  ],
  [
    'or: together counts once',
    or(cron('0 * * * *'), cron('*/30 * * * *')),
    NEW_YEAR,
    '2026-01-01 00:30, 2026-01-01 01:00, 2026-01-01 01:30',
  ],
  [
    'or: unaligned intervals',
    or(every({ seconds: 4 }), every({ seconds: 6 })),
    BEFORE,
    '2026-01-01 00:00, 2026-01-01 00:00:04, 2026-01-01 00:00:06, 2026-01-01 00:00:08, 2026-01-01 00:00:12',
  ],
  [
    'or: one that has ended',
    or(at('01:00:00'), cron('0 */6 * * *')),
    NEW_YEAR,
    '2026-01-01 01:00, 2026-01-01 06:00, 2026-01-01 12:00',
  ],
  [
    'or: dates',
    or(at('01:00:00'), at('03:00:00'), at('02:00:00')),
    NEW_YEAR,
    '2026-01-01 01:00, 2026-01-01 02:00, 2026-01-01 03:00',
  ],
  [
    'or: one alone',
    or(cron('0 9 * * *')),
    NEW_YEAR,
    '2026-01-01 09:00, 2026-01-02 09:00, 2026-01-03 09:00',
  ],
  [
    'and: two patterns',
    and(cron('0 9 * * *'), cron('* * * * MON')),
    NEW_YEAR,
    '2026-01-05 09:00, 2026-01-12 09:00, 2026-01-19 09:00',
  ],
  [
    'and: intervals of one grid',
    and(every({ hours: 6 }), every({ hours: 4 })),
    BEFORE,
    '2026-01-01 00:00, 2026-01-01 12:00, 2026-01-02 00:00',
  ],
  [
    'and: intervals of two grids',
    and(every({ seconds: 4, startAt: '2026-01-01T00:00:01Z' }), every({ seconds: 3 })),
    BEFORE,
    '2026-01-01 00:00:09, 2026-01-01 00:00:21, 2026-01-01 00:00:33',
  ],
  [
    'and: long intervals',
    and(every({ seconds: 10_007 }), every({ seconds: 10_009 })),
    NEW_YEAR,
    '2029-03-05 06:14:23, 2032-05-07 12:28:46, 2035-07-10 18:43:09',
  ],
  [
    'and: an interval that begins later',
    and(every({ hours: 1 }), every({ hours: 2, startAt: '2026-01-01T05:00:00Z' })),
    NEW_YEAR,
    '2026-01-01 05:00, 2026-01-01 07:00, 2026-01-01 09:00',
  ],
  [
    'and: one that ends',
    and(every({ hours: 1, endAt: '2026-01-01T03:00:00Z' }), every({ minutes: 30 })),
    NEW_YEAR,
    '2026-01-01 01:00, 2026-01-01 02:00, 2026-01-01 03:00',
  ],
  [
    'and: every second week',
    and(cron('0 9 * * MON'), every({ weeks: 2, startAt: '2026-01-05T09:00:00Z' })),
    NEW_YEAR,
    '2026-01-05 09:00, 2026-01-19 09:00, 2026-02-02 09:00',
  ],
  [
    'and: the first of the month on a working day',
    and({ type: 'calendar-interval', months: 1, startAt: '2024-01-01' }, cron('0 0 * * mon-fri')),
    '2023-12-31T00:00:00Z',
    '2024-01-01 00:00, 2024-02-01 00:00, 2024-03-01 00:00, 2024-04-01 00:00, 2024-05-01 00:00, 2024-07-01 00:00, 2024-08-01 00:00',
  ],
  [
    'and inside or',
    or(and(cron('0 9 * * *'), cron('* * * * SAT')), cron('0 0 L * *')),
    NEW_YEAR,
    '2026-01-03 09:00, 2026-01-10 09:00, 2026-01-17 09:00, 2026-01-24 09:00, 2026-01-31 00:00',
  ],
  [
    'or inside and',
    and(or(cron('0 9 * * *'), cron('0 17 * * *')), cron('* * * * 6,0')),
    NEW_YEAR,
    '2026-01-03 09:00, 2026-01-03 17:00, 2026-01-04 09:00',
  ],
  [
    'a zone for all inside',
    { ...or(cron('0 9 * * *'), cron('0 17 * * *')), timeZone: 'Asia/Tokyo' },
    NEW_YEAR,
    '2026-01-01 08:00, 2026-01-02 00:00, 2026-01-02 08:00',
  ],
  [
    'a zone of its own inside',
    { ...or(cron('0 9 * * *', { timeZone: 'UTC' }), cron('0 17 * * *')), timeZone: 'Asia/Tokyo' },
    NEW_YEAR,
    '2026-01-01 08:00, 2026-01-01 09:00, 2026-01-02 08:00',
  ],
  [
    'a policy for all inside',
    { ...or(cron('30 2 * * *')), timeZone: 'Europe/Berlin', gap: 'skip' },
    '2026-03-28T12:00:00Z',
    '2026-03-30 00:30, 2026-03-31 00:30, 2026-04-01 00:30',
  ],

  [
    'bounds, both included',
    cron('0 9 * * *', { startAt: '2026-01-03T09:00:00Z', endAt: '2026-01-05T09:00:00Z' }),
    NEW_YEAR,
    '2026-01-03 09:00, 2026-01-04 09:00, 2026-01-05 09:00',
  ],
  [
    'a bound a little later',
    cron('0 9 * * *', { startAt: '2026-01-03T09:00:00.001Z', endAt: '2026-01-05T08:59:59.999Z' }),
    NEW_YEAR,
    '2026-01-04 09:00',
  ],
  [
    'dates as bounds, the last one included',
    cron('0 */12 * * *', { startAt: '2026-01-03', endAt: '2026-01-03' }),
    NEW_YEAR,
    '2026-01-03 00:00, 2026-01-03 12:00',
  ],
  [
    'bounds in the zone',
    cron('0 9 * * *', {
      startAt: '2026-01-03T09:00:00',
      endAt: '2026-01-04',
      timeZone: 'Asia/Tokyo',
    }),
    NEW_YEAR,
    '2026-01-03 00:00, 2026-01-04 00:00',
  ],
  [
    'bounds around others',
    { ...or(cron('0 9 * * *'), at('01:00:00')), endAt: '2026-01-01' },
    NEW_YEAR,
    '2026-01-01 01:00, 2026-01-01 09:00',
  ],
  [
    'a bound in a repeated hour: both passes',
    cron('*/30 * * * *', {
      timeZone: 'Europe/Berlin',
      startAt: '2026-10-25T02:00:00',
      endAt: '2026-10-25T02:00:00',
    }),
    NEW_YEAR,
    '2026-10-25 00:00, 2026-10-25 00:30, 2026-10-25 01:00',
  ],

  [
    'except a date',
    cron('0 9 * * *', { exclude: { dates: ['2026-01-02'] } }),
    NEW_YEAR,
    '2026-01-01 09:00, 2026-01-03 09:00, 2026-01-04 09:00',
  ],
  [
    'except dates, in the zone',
    cron('0 9 * * *', {
      timeZone: 'Pacific/Auckland',
      exclude: { dates: ['2026-01-02', '2026-01-04'] },
    }),
    NEW_YEAR,
    '2026-01-02 20:00, 2026-01-04 20:00, 2026-01-05 20:00',
  ],
  [
    'except a range of dates',
    cron('0 9 * * *', { exclude: { ranges: [{ from: '2026-01-02', to: '2026-01-10' }] } }),
    NEW_YEAR,
    '2026-01-01 09:00, 2026-01-11 09:00, 2026-01-12 09:00',
  ],
  [
    'except a range of instants, both included',
    cron('0 * * * *', {
      exclude: { ranges: [{ from: '2026-01-01T02:00:00Z', to: '2026-01-01T04:00:00Z' }] },
    }),
    NEW_YEAR,
    '2026-01-01 01:00, 2026-01-01 05:00, 2026-01-01 06:00',
  ],
  [
    'except ranges that overlap',
    cron('0 * * * *', {
      exclude: {
        ranges: [
          { from: '2026-01-01T03:00:00Z', to: '2026-01-01T06:00:00Z' },
          { from: '2026-01-01T02:00:00Z', to: '2026-01-01T04:00:00Z' },
        ],
      },
    }),
    NEW_YEAR,
    '2026-01-01 01:00, 2026-01-01 07:00, 2026-01-01 08:00',
  ],
  [
    'except weekends',
    cron('0 9 * * *', { exclude: { weekly: [{ weekdays: ['sat', 'sun'] }] } }),
    '2026-01-01T12:00:00Z',
    '2026-01-02 09:00, 2026-01-05 09:00, 2026-01-06 09:00',
  ],
  [
    'except some hours of a day, the end not included',
    cron('0 * * * *', { exclude: { weekly: [{ weekdays: ['thu'], from: '01:00', to: '05:00' }] } }),
    BEFORE,
    '2026-01-01 00:00, 2026-01-01 05:00, 2026-01-01 06:00',
  ],
  [
    'except a night, of the day on which it began',
    cron('0 */3 * * *', {
      exclude: { weekly: [{ weekdays: ['thu'], from: '21:00', to: '09:00' }] },
    }),
    '2026-01-01T16:00:00Z',
    '2026-01-01 18:00, 2026-01-02 09:00, 2026-01-02 12:00',
  ],
  [
    'except hours by the wall clock, twice in autumn',
    cron('0 * * * *', {
      timeZone: 'Europe/Berlin',
      exclude: { weekly: [{ weekdays: ['sun'], from: '02:00', to: '03:00' }] },
    }),
    '2026-10-24T22:30:00Z',
    '2026-10-24 23:00, 2026-10-25 02:00, 2026-10-25 03:00',
  ],
  [
    'except everything at once',
    every({
      hours: 12,
      exclude: {
        dates: ['2026-01-02'],
        ranges: [{ from: '2026-01-03T00:00:00Z', to: '2026-01-03T11:00:00Z' }],
        weekly: [{ weekdays: ['sun'], from: '00:00', to: '12:00' }],
      },
    }),
    NEW_YEAR,
    '2026-01-01 12:00, 2026-01-03 12:00, 2026-01-04 12:00',
  ],
  [
    'exceptions inside and outside',
    {
      ...or(cron('0 9 * * *', { exclude: { dates: ['2026-01-02'] } }), cron('0 17 * * *')),
      exclude: { dates: ['2026-01-03'] },
    },
    NEW_YEAR,
    '2026-01-01 09:00, 2026-01-01 17:00, 2026-01-02 17:00, 2026-01-04 09:00',
  ],
  [
    'exceptions and bounds',
    cron('0 9 * * *', { endAt: '2026-01-03', exclude: { dates: ['2026-01-02'] } }),
    NEW_YEAR,
    '2026-01-01 09:00, 2026-01-03 09:00',
  ],
];

describe('triggers with others, bounds and exceptions', () => {
  it.each(TABLE)('%s', (_, spec, from, fires) => {
    expect(fireTexts(parseTrigger(spec), new Date(from), fires)).toBe(fires);
  });
});

describe('an H in an expression', () => {
  const first = (expression: string, seed: string) =>
    parseTrigger(cron(expression), { seed }).next(new Date(NEW_YEAR))?.toISOString();
  const seeds = Array.from({ length: 200 }, (_, i) => `job-${i}`);

  it('is always the same value for a seed, and spreads over the field', () => {
    expect(first('H H * * *', 'job-1')).toBe(first('H H * * *', 'job-1'));
    const minutes = new Set(seeds.map((seed) => first('H * * * *', seed)?.slice(14, 16)));
    expect(minutes.size).toBeGreaterThan(45);
  });

  it('stays within its range and its step', () => {
    for (const seed of seeds) {
      expect(Number(first('H(10-19) * * * *', seed)?.slice(14, 16)) % 60).toBeGreaterThanOrEqual(
        10,
      );
      expect(Number(first('H(10-19) * * * *', seed)?.slice(14, 16))).toBeLessThan(20);
      const trigger = parseTrigger(cron('H/15 * * * *'), { seed });
      const one = trigger.next(new Date(NEW_YEAR));
      const two = one && trigger.next(one);
      expect(Number(two) - Number(one)).toBe(900_000);
    }
  });
});
