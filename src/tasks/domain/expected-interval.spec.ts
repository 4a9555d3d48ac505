import { describe, expect, it } from 'vitest';
import { days, hours, minutes, NOON } from '../../../test/support/builders.js';
import { parseTrigger } from '../triggers/parse-trigger.js';
import type { TriggerSpec } from '../triggers/trigger-spec.js';
import { expectedIntervalMs } from './expected-interval.js';

const cron = (expression: string): TriggerSpec => ({ type: 'cron', expression, timeZone: 'UTC' });

describe('the expected interval of a trigger', () => {
  it.each<[string, TriggerSpec, number]>([
    ['each second', cron('* * * * * *'), 1_000],
    ['each ten minutes', { type: 'interval', minutes: 10 }, minutes(10)],
    ['daily', cron('0 7 * * *'), days(1)],
    ['on working days: the weekend', cron('0 9 * * 1-5'), days(3)],
    [
      'each minute of working hours: from Friday to Monday',
      cron('* 9-17 * * 1-5'),
      hours(63) + minutes(1),
    ],
    ['on the first of the month', cron('0 0 1 * *'), days(31)],
    ['once a year', cron('0 0 1 1 *'), days(366)],
  ])('is the longest gap: %s', (_, spec, ms) => {
    expect(expectedIntervalMs(parseTrigger(spec), NOON)).toBe(ms);
  });

  it('is none of what does not fire twice', () => {
    const at = '2026-03-03T00:00:00Z';
    expect(expectedIntervalMs(parseTrigger({ type: 'date', at }), NOON)).toBeNull();
  });
});
