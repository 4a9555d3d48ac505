import { describe, expect, it } from 'vitest';
import { describe as inWords } from '../../../src/tasks/triggers/words/describe.js';
import { fireTimes } from '../../../src/tasks/triggers/fire-times.js';

const cron = (expression: string, more: object = {}) => ({ type: 'cron', expression, ...more });
const BERLIN = { timeZone: 'Europe/Berlin' };

const WORDS: readonly (readonly [expression: string, words: string])[] = [
  ['* * * * * *', 'every second'],
  ['*/10 * * * * *', 'every 10 seconds'],
  ['* * * * *', 'every minute'],
  ['*/5 * * * *', 'every 5 minutes'],
  ['5 */10 * * * *', 'at second 5 of every 10 minutes'],
  ['30 * * * *', 'at minute 30 of every hour'],
  ['0 */2 * * *', 'at minute 0 of every 2nd hour'],
  ['*/15 9-17 * * mon-fri', 'every 15 minutes from 09:00 to 17:59 from Monday to Friday'],
  ['* 2 * * *', 'every minute from 02:00 to 02:59'],
  ['0 9 * * 1-5', 'at 09:00 from Monday to Friday'],
  ['0 9,17 * * *', 'at 09:00 and 17:00'],
  ['30 0 9 * * *', 'at 09:00:30'],
  ['0 0 13 * FRI', 'at 00:00 on day 13 of the month or on Friday'],
  ['0 0 13 * +FRI', 'at 00:00 on day 13 of the month, if it is also on Friday'],
  ['0 0 1,15 * *', 'at 00:00 on days 1 and 15 of the month'],
  ['0 0 1-7 * *', 'at 00:00 on days 1 to 7 of the month'],
  ['0 0 L * *', 'at 00:00 on the last day of the month'],
  ['0 0 LW * *', 'at 00:00 on the last working day of the month'],
  ['0 0 15W * *', 'at 00:00 on the working day nearest to day 15 of the month'],
  ['0 9 * * FRI#2', 'at 09:00 on the 2nd Friday of the month'],
  ['0 9 * * 5L', 'at 09:00 on the last Friday of the month'],
  ['0 0 * * 6,0', 'at 00:00 on Saturday and Sunday'],
  ['0 0 1 */3 *', 'at 00:00 on day 1 of the month in January, April, July and October'],
  ['0 0 * 11-2 *', 'at 00:00 from November to February'],
  ['0 0 0 1 1 * 2030', 'at 00:00 on day 1 of the month in January in 2030'],
];

const OTHER_WORDS: readonly (readonly [spec: object, words: string])[] = [
  [cron('0 9 * * *'), 'at 09:00 (UTC)'],
  [cron('0 9 * * *', BERLIN), 'at 09:00 (Europe/Berlin)'],
  [cron('0 9 * * *', { utcOffset: -90 }), 'at 09:00 (UTC-01:30)'],
  [
    cron('0 9 * * *', { startAt: '2026-01-01', endAt: '2026-12-31' }),
    'at 09:00, from 2026-01-01 until 2026-12-31 (UTC)',
  ],
  [
    cron('0 9 * * *', {
      exclude: { weekly: [{ weekdays: ['sat', 'sun'] }], dates: ['2026-12-25'] },
    }),
    'at 09:00, except on Saturday and Sunday and on 2026-12-25 (UTC)',
  ],
  [
    { type: 'cron', fields: { week: 8, dayOfWeek: 'fri', hour: 9 } },
    'at 09:00 on Friday in ISO week 8 (UTC)',
  ],
  [{ type: 'interval', minutes: 90 }, 'every 1 hour and 30 minutes'],
  [{ type: 'interval', seconds: 1 }, 'every second'],
  [{ type: 'date', at: '2026-01-01T00:00:00Z' }, 'once at 2026-01-01T00:00:00Z'],
  [
    { type: 'calendar-interval', months: 1, hour: 9, startAt: '2026-01-31' },
    'every month at 09:00, from 2026-01-31',
  ],
  [
    { type: 'or', triggers: [cron('0 9 * * *'), { type: 'interval', hours: 6 }] },
    'when any of these comes: [at 09:00] or [every 6 hours]',
  ],
  [
    { type: 'and', triggers: [cron('0 9 * * *'), cron('* * * * MON')] },
    'when all of these come together: [at 09:00] and [every minute on Monday]',
  ],
];

const NOTES: readonly (readonly [what: string, spec: object, from: string, note: string | null])[] =
  [
    [
      'a fire time that is moved',
      cron('30 2 * * *', BERLIN),
      '2026-03-29T00:00:00Z',
      'moved: on 2026-03-29 the clocks go from 02:00 to 03:00',
    ],
    [
      'a fire time that was skipped before',
      cron('30 2 * * *', { ...BERLIN, gap: 'skip' }),
      '2026-03-29T00:00:00Z',
      'one was skipped before: on 2026-03-29 the clocks go from 02:00 to 03:00',
    ],
    [
      'the first of two',
      cron('30 2 * * *', { ...BERLIN, fold: 'both' }),
      '2026-10-25T00:00:00Z',
      'doubled: the clocks show 02:30 twice, this is the first time',
    ],
    [
      'the second of two',
      cron('30 2 * * *', { ...BERLIN, fold: 'both' }),
      '2026-10-25T01:00:00Z',
      'doubled: the clocks show 02:30 twice, this is the second time',
    ],
    [
      'the one of two that counts',
      cron('30 2 * * *', BERLIN),
      '2026-10-25T00:00:00Z',
      'the clocks show 02:30 twice: only the first time counts',
    ],
    ['an ordinary fire time', cron('30 2 * * *', BERLIN), '2026-05-01T00:00:00Z', null],
    ['a pattern that needs no move', cron('*/30 * * * *', BERLIN), '2026-03-29T01:00:00Z', null],
    [
      'a calendar interval that is moved',
      { type: 'calendar-interval', days: 1, hour: 2, minute: 30, ...BERLIN },
      '2026-03-29T00:00:00Z',
      'moved: on 2026-03-29 the clocks go from 02:00 to 03:00',
    ],
    [
      'one inside an or',
      { type: 'or', ...BERLIN, triggers: [cron('30 2 * * *'), cron('0 9 * * *')] },
      '2026-03-29T00:00:00Z',
      'moved: on 2026-03-29 the clocks go from 02:00 to 03:00',
    ],
  ];

describe('a trigger in words', () => {
  it.each(WORDS)('%s: %s', (expression, words) => {
    expect(inWords(cron(expression, { timeZone: 'UTC' }))).toBe(`${words} (UTC)`);
  });

  it.each(OTHER_WORDS)('%j: %s', (spec, words) => expect(inWords(spec)).toBe(words));
});

describe('a preview', () => {
  it('shows the instant, the wall time and the offset', () => {
    const [shown] = fireTimes(cron('30 2 * * *', BERLIN), {
      from: new Date('2026-01-01T00:00:00Z'),
    });
    expect(shown).toEqual({
      at: new Date('2026-01-01T01:30:00Z'),
      utc: '2026-01-01T01:30:00.000Z',
      local: '2026-01-01T02:30:00',
      offset: '+01:00',
      note: null,
    });
  });

  it('goes from an instant to an instant, both included, and has ten fire times unless told', () => {
    const from = new Date('2026-01-01T00:00:00Z');
    const hourly = cron('0 * * * *');
    expect(fireTimes(hourly, { from })).toHaveLength(10);
    expect(fireTimes(hourly, { from, limit: 1_000 })).toHaveLength(1_000);
    const to = new Date('2026-01-01T03:00:00Z');
    const times = fireTimes(hourly, { from, to }).map(({ utc }) => utc.slice(11, 16));
    expect(times).toEqual(['00:00', '01:00', '02:00', '03:00']);
  });

  it('refuses a query that makes no sense', () => {
    const from = new Date('2026-01-01T00:00:00Z');
    const ask = (query: object) => () => fireTimes(cron('* * * * *'), { from, ...query });
    expect(ask({ limit: 0 })).toThrow('/limit must be a whole number from 1 to 1000');
    expect(ask({ limit: 1_001 })).toThrow('/limit');
    expect(ask({ from: new Date(NaN) })).toThrow('/from must be a date');
    expect(ask({ to: new Date(NaN) })).toThrow('/to must be a date');
  });

  it.each(NOTES)('explains %s', (_, spec, from, note) => {
    const before = new Date(Date.parse(from) - 36 * 3_600_000);
    const shown = fireTimes(spec, { from: before, limit: 100 });
    const at = shown.find((time) => +time.at >= Date.parse(from));
    expect(at?.note).toBe(note);
  });
});
