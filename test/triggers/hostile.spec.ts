import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/tasks/domain/errors.js';
import { describe as inWords } from '../../src/tasks/triggers/words/describe.js';
import { fireTimes } from '../../src/tasks/triggers/fire-times.js';
import { parseTrigger } from '../../src/tasks/triggers/parse-trigger.js';
import { SEED } from './seed.js';
import { anySpec, expression, instant } from './specs-by-chance.js';

const MAX_MS = 50;

/** Time of this process only, so that a busy machine does not fail the test. */
function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** Everything that can be asked of a spec; a refusal is an answer too. */
function useAll(spec: unknown, at: Date): void {
  try {
    const trigger = parseTrigger(spec);
    expect(trigger.next(at)?.getTime() ?? Infinity).toBeGreaterThan(+at);
    expect(trigger.previous(at)?.getTime() ?? -Infinity).toBeLessThan(+at);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
  }
}

/** The first time, the machine compiles what it runs: then only the second time counts. */
const isQuick = (work: () => void) =>
  cpuMs(work) <= MAX_MS || cpuMs(work) <= MAX_MS || cpuMs(work) <= MAX_MS;

const cron = (text: string, more: object = {}) => ({ type: 'cron', expression: text, ...more });
const daily = cron('0 9 * * *', { timeZone: 'Europe/Berlin' });
const offGrid = { type: 'interval', seconds: 1, startAt: '2026-01-01T00:00:00.500Z' };
const always = [{ weekdays: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] }];
const zones = Intl.supportedValuesOf('timeZone');

function nested(levels: number): object {
  let spec: object = cron('* * * * * *');
  for (let level = 0; level < levels; level++) {
    const other = {
      type: 'interval',
      milliseconds: 10_007 + level,
      startAt: '2026-01-01T00:00:00.001Z',
    };
    spec = { type: level % 2 ? 'and' : 'or', triggers: [spec, other] };
  }
  return spec;
}

const HOSTILE: readonly (readonly [string, unknown])[] = [
  ['a date that no month has', cron('0 0 30 2 *')],
  ['a date that no month has, over many years', cron('0 0 0 30 2 * 1970-9998')],
  ['a week and a month that never meet', { type: 'cron', fields: { week: 30, month: 1 } }],
  [
    'the same over listed years',
    { type: 'cron', fields: { year: '1970-9998', week: 30, month: 1 } },
  ],
  [
    'a pattern and an interval off its grid',
    { type: 'and', triggers: [cron('* * * * * *'), offGrid] },
  ],
  [
    'two long intervals that meet seldom',
    {
      type: 'and',
      triggers: [
        { type: 'interval', seconds: 100_003 },
        { type: 'interval', seconds: 99_991 },
      ],
    },
  ],
  [
    'sixteen zones that never agree',
    {
      type: 'and',
      triggers: zones.slice(0, 16).map((timeZone) => cron('0 0 1 1 *', { timeZone })),
    },
  ],
  [
    'all time excluded',
    cron('* * * * * *', { timeZone: 'Europe/Paris', exclude: { weekly: always } }),
  ],
  [
    'a thousand excluded dates over eight hundred years',
    cron('* * * * *', {
      timeZone: 'Europe/Rome',
      exclude: {
        dates: Array.from({ length: 1_000 }, (_, i) =>
          new Date(i * 300 * 86_400_000).toISOString().slice(0, 10),
        ),
      },
    }),
  ],
  [
    'months and days since the year 1',
    {
      type: 'calendar-interval',
      months: 1,
      days: 1,
      startAt: '0001-01-01',
      timeZone: 'Asia/Tokyo',
    },
  ],
  ['eight levels', nested(8)],
  [
    'a hundred thousand levels',
    JSON.parse(`${'{"type":"and","triggers":['.repeat(1e5)}${']}'.repeat(1e5)}`),
  ],
  ['a very long list', cron(`${'1,'.repeat(120)}1 * * * *`)],
  ['a very long step', cron('*/99999999999999999999 * * * *')],
  ['no text at all', cron('')],
  ['text in place of an object', 'cron'],
];

describe('a hostile spec', () => {
  it.each(HOSTILE)('is answered or refused at once: %s', (_, spec) => {
    const at = new Date('2026-11-23T00:00:00Z');
    expect(isQuick(() => useAll(spec, at))).toBe(true);
  });

  it('is answered or refused at once, whatever it is', () => {
    fc.assert(
      fc.property(anySpec, instant, (spec, at) => isQuick(() => useAll(spec, at))),
      { numRuns: 400, seed: SEED },
    );
  });

  it('is answered or refused at once, at the ends of time too', () => {
    const ends = fc
      .constantFrom(8.64e15, -8.64e15, 253_402_300_799_999, 0)
      .map((ms) => new Date(ms));
    fc.assert(
      fc.property(anySpec, ends, (spec, at) => isQuick(() => useAll(spec, at))),
      { numRuns: 150, seed: SEED },
    );
  });

  it('is refused by name or answered when its text is mangled', () => {
    const mangled = fc
      .tuple(expression, fc.nat(), fc.string({ maxLength: 3 }))
      .map(
        ([text, at, extra]) =>
          text.slice(0, at % text.length) + extra + text.slice(at % text.length),
      );
    fc.assert(
      fc.property(mangled, instant, (text, at) => useAll(cron(text), at)),
      { numRuns: 2_000, seed: SEED },
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), instant, (text, at) => useAll(cron(text), at)),
      { numRuns: 2_000, seed: SEED },
    );
  });

  it('is answered with nothing when it is asked about no instant', () => {
    const never = new Date(NaN);
    for (const spec of [daily, { type: 'calendar-interval', days: 1, timeZone: 'Asia/Tokyo' }]) {
      expect(parseTrigger(spec).next(never)).toBeNull();
      expect(parseTrigger(spec).previous(never)).toBeNull();
    }
  });

  it('can be shown up to the last instant that there is', () => {
    const spec = { type: 'interval', hours: 1, timeZone: 'Pacific/Kiritimati' };
    expect(fireTimes(spec, { from: new Date(8.64e15 - 1) })).toHaveLength(1);
  });

  it('has its preview and its words at once', () => {
    const at = new Date('2026-11-23T00:00:00Z');
    const spec = cron('*/7 * * * * *', { timeZone: 'America/New_York' });
    expect(isQuick(() => void fireTimes(spec, { from: at, limit: 1_000 }))).toBe(true);
    expect(isQuick(() => void inWords(spec))).toBe(true);
  });
});

describe('a year behind', () => {
  const now = new Date('2026-11-23T00:00:00.500Z');
  const yearAgo = new Date(+now - 365 * 86_400_000);

  it.each([
    ['a one-second interval', { type: 'interval', seconds: 1 }],
    ['a one-second cron', cron('* * * * * *')],
    ['a one-second cron in a zone', cron('* * * * * *', { timeZone: 'America/New_York' })],
  ])('%s finds its latest missed and its next fire time, and counts, in under 1 ms', (_, spec) => {
    const trigger = parseTrigger(spec);
    trigger.next(yearAgo);
    const answers = () => ({
      last: trigger.previous(now)?.toISOString(),
      next: trigger.next(now)?.toISOString(),
      missed: trigger.count?.(yearAgo, now, 10_001),
    });
    expect(answers()).toEqual({
      last: '2026-11-23T00:00:00.000Z',
      next: '2026-11-23T00:00:01.000Z',
      missed: 10_001,
    });
    const times = Array.from({ length: 20 }, () => {
      const since = performance.now();
      answers();
      return performance.now() - since;
    });
    expect(Math.min(...times)).toBeLessThan(1);
  });
});
