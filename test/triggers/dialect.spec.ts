/** Steps and days, as the cron of `@nestjs/schedule` reads them. */
import { CronTime } from 'cron';
import { describe, expect, it } from 'vitest';
import { describeTrigger, fireTimes, parseTrigger } from '../../src/tasks/index.js';

const FROM = new Date('2026-03-02T12:00:00Z');
const UTC = { timeZone: 'UTC' } as const;

function ours(expression: string, more: object = {}): string[] {
  const trigger = parseTrigger({ type: 'cron', expression, ...UTC, ...more });
  const times: string[] = [];
  for (let at: Date | null = FROM; times.length < 8; times.push(at.toISOString())) {
    at = trigger.next(at);
    if (at === null) break;
  }
  return times;
}

function stock(expression: string): string[] {
  const time = new CronTime(expression, 'UTC');
  const times: string[] = [];
  for (let at = FROM; times.length < 8; times.push(at.toISOString())) {
    at = time.getNextDateFrom(at, 'UTC').toJSDate();
  }
  return times;
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Every way to step in a field, from some of its values on, also by more than it has. */
const steps = (values: readonly number[], most: number) =>
  ['*', ...values].flatMap((start) =>
    [1, 2, 3, 5, 7, most - 1, most, most + 1, 3 * most].map((step) => `${start}/${step}`),
  );

const EXPRESSIONS = [
  ...steps(numbers(0, 7), 7).map((field) => `0 0 * * ${field}`),
  ...['1-7/2', '5-7/1', '0-7/3', '1-6/9', '7-7/1'].map((field) => `0 0 * * ${field}`),
  ...steps([0, 1, 29, 59], 60).map((field) => `${field} * * * *`),
  ...steps([0, 30, 59], 60).map((field) => `${field} * * * * *`),
  ...steps([0, 9, 23], 24).map((field) => `0 ${field} * * *`),
  ...steps([1, 15, 31], 31).map((field) => `0 0 ${field} * *`),
  ...steps([1, 6, 12], 12).map((field) => `0 0 1 ${field} *`),
  '0 9 */2 * 1-5',
  '0 0 */31,1-7 * MON',
  '0 0 13 * FRI',
];

describe('an expression fires as it does in the cron of @nestjs/schedule', () => {
  it.each(EXPRESSIONS)('%s', (expression) => {
    expect(ours(expression)).toEqual(stock(expression));
  });
});

describe('the rule of Vixie’s crontab for days', () => {
  const days = (expression: string) =>
    ours(expression, { dayMatch: 'vixie' }).map((at) => at.slice(5, 10));

  it('asks for both where one of the fields begins with a star', () => {
    expect(days('0 9 */2 * 1-5').slice(0, 4)).toEqual(['03-03', '03-05', '03-09', '03-11']);
    expect(days('0 9 */31,1-7 * MON').slice(0, 3)).toEqual(['04-06', '05-04', '06-01']);
    expect(days('0 9 1-7 * */2').slice(0, 3)).toEqual(['03-03', '03-05', '03-07']);
  });

  it('asks for one of them where none does', () => {
    expect(days('0 9 13 * FRI').slice(0, 3)).toEqual(['03-06', '03-13', '03-20']);
  });
});

describe('the words of a step', () => {
  it.each([
    ['*/15 * * * *', 'every 15 minutes (UTC)'],
    ['*/45 * * * *', 'at minutes 0 and 45 of every hour (UTC)'],
    ['*/90 * * * *', 'at minute 0 of every hour (UTC)'],
    ['10/25 * * * *', 'at minutes 10 and 35 of every hour (UTC)'],
    ['*/40 * * * * *', 'at seconds 0 and 40 of every minute (UTC)'],
    ['0 */6 * * *', 'at 00:00, 06:00, 12:00 and 18:00 (UTC)'],
    ['30 */2 * * *', 'at minute 30 of every 2nd hour (UTC)'],
    ['*/20 */5 * * *', 'every 20 minutes in the hours 0, 5, 10, 15 and 20 (UTC)'],
    ['*/20 9/5 * * *', 'every 20 minutes of every 5th hour from 09:00 (UTC)'],
    ['0 */30 * * *', 'at 00:00 (UTC)'],
  ])('%s: %s', (expression, words) => {
    expect(describeTrigger({ type: 'cron', expression, ...UTC })).toBe(words);
  });

  it.each(EXPRESSIONS.filter((expression) => expression.includes('/')).slice(0, 60))(
    'never says "every n" of %s where the gaps are not all alike',
    (expression) => {
      const trigger = { type: 'cron', expression, ...UTC };
      const every = /^every (\d+) (second|minute)s \(UTC\)$/.exec(describeTrigger(trigger));
      if (!every) return;
      const ms = Number(every[1]) * (every[2] === 'minute' ? 60_000 : 1_000);
      const to = new Date(FROM.getTime() + 86_400_000);
      const times = fireTimes(trigger, { from: FROM, to, limit: 200 }).map(({ at }) =>
        at.getTime(),
      );
      expect(new Set(times.slice(1).map((at, index) => at - times[index]!))).toEqual(new Set([ms]));
    },
  );
});
