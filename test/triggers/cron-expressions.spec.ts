import { CronExpression } from '@nestjs/schedule';
import { Cron } from 'croner';
import { CronTime } from 'cron';
import { DateTime } from 'luxon';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/tasks/domain/errors.js';
import { parseTrigger } from '../../src/tasks/triggers/parse-trigger.js';
import { SEED } from './seed.js';
import { expression, instant } from './specs-by-chance.js';

const FROM = new Date('2026-11-23T10:11:12.345Z');

function ours(text: string, from: Date, most: number): string[] {
  const trigger = parseTrigger({ type: 'cron', expression: text });
  const times: string[] = [];
  for (let at = trigger.next(from); at && times.length < most; at = trigger.next(at)) {
    times.push(at.toISOString());
  }
  return times;
}

const croners = (text: string, from: Date, most: number) =>
  new Cron(text, { paused: true, sloppyRanges: true, utcOffset: 0 })
    .nextRuns(most, new Date(Math.floor(+from / 1_000) * 1_000))
    .map((at) => at.toISOString());

describe('the values of CronExpression', () => {
  const all = Object.entries(CronExpression);

  it('are 83', () => expect(all).toHaveLength(83));

  it.each(all)('%s, %s, fires when croner and cron say', (_, text) => {
    const times = ours(text, FROM, 5);
    expect(times).toHaveLength(5);
    expect(times).toEqual(croners(text, FROM, 5));
    const cronTime = new CronTime(text, 'UTC');
    expect(times[0]).toBe(cronTime.getNextDateFrom(DateTime.fromJSDate(FROM)).toUTC().toISO());
  });
});

describe('a pattern by fields', () => {
  it('is the same as the expression of which both days must match', () => {
    const plain = (min: number, max: number) =>
      fc
        .uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 4 })
        .map((values) => values.join());
    const parts = fc.record({
      second: plain(0, 59),
      minute: plain(0, 59),
      hour: plain(0, 23),
      day: plain(1, 28),
      month: plain(1, 12),
      dayOfWeek: plain(0, 6),
    });
    fc.assert(
      fc.property(parts, instant, (fields, from) => {
        const { second, minute, hour, day, month, dayOfWeek } = fields;
        const fromSunday = dayOfWeek.split(',').map((weekday) => (Number(weekday) + 1) % 7);
        const text = [second, minute, hour, day, month, fromSunday.join()].join(' ');
        const byFields = parseTrigger({ type: 'cron', fields });
        const byText = parseTrigger({ type: 'cron', expression: text, dayMatch: 'both' });
        expect(byFields.next(from)).toEqual(byText.next(from));
        expect(byFields.previous(from)).toEqual(byText.previous(from));
      }),
      { numRuns: 300, seed: SEED },
    );
  });
});

describe('croner, which is another evaluator', () => {
  it('agrees about patterns taken by chance, in UTC', () => {
    let compared = 0;
    fc.assert(
      fc.property(expression, instant, (text, from) => {
        const theirs = readByCroner(text, from);
        fc.pre(theirs !== null);
        compared++;
        expect(oursOrNone(text, from)).toEqual(theirs);
      }),
      { numRuns: 600, seed: SEED, maxSkipsPerRun: 50 },
    );
    expect(compared).toBeGreaterThan(400);
  });
});

/** Null for what croner does not take: ranges that wrap, `L-3`; and for full sets in a day field. */
function readByCroner(text: string, from: Date): string[] | null {
  const [weekday = '', , day = ''] = text.split(' ').reverse();
  if (isFullSet(day) || isFullSet(weekday)) return null;
  try {
    return croners(text, from, 3);
  } catch {
    return null;
  }
}

/** There croner restricts and crontab does not. */
const isFullSet = (field: string) =>
  field !== '*' &&
  field !== '?' &&
  (field.includes('*') || field.includes('-') || field.includes('/'));

function oursOrNone(text: string, from: Date): string[] {
  try {
    return ours(text, from, 3);
  } catch (error) {
    if (error instanceof InvalidInputError && /never fires/.test(error.message)) return [];
    throw error;
  }
}
