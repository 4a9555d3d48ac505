import { describe, expect, it } from 'vitest';
import { hours, later, NOON } from '../../../test/support/builders.js';
import { parseTrigger } from '../triggers/parse-trigger.js';
import { countFires, limited } from './forecast.js';

const EDGES = Array.from({ length: 5 }, (_, n) => later(NOON, hours(n)));
const count = (spec: unknown, most = 100) => countFires(parseTrigger(spec), EDGES, most);
const cron = (expression: string) => ({ type: 'cron', expression, timeZone: 'UTC' });

describe('a forecast', () => {
  it('counts fire times between each edge and the next', () => {
    expect(count(cron('*/15 * * * *'))).toMatchObject({ counts: [4, 4, 4, 4], approximate: false });
    expect(count(cron('0,30 13 * * *')).counts).toEqual([0, 2, 0, 0]);
    expect(count(cron('0 12 1 1 *')).counts).toEqual([0, 0, 0, 0]);
  });

  it('counts what lies on an edge once, where it begins', () => {
    expect(count(cron('0 * * * *')).counts).toEqual([1, 1, 1, 1]);
  });

  it('takes no steps for hours in which nothing fires', () => {
    expect(count(cron('0 15 * * *')).steps).toBeLessThanOrEqual(4);
    expect(count({ type: 'date', at: '2020-01-01T00:00:00Z' }).counts).toEqual([0, 0, 0, 0]);
  });

  it('estimates what there is too much of, by what it has seen, and says so', () => {
    const { counts, approximate, steps } = count(cron('* * 12-13 * * *'), 1_000);
    expect(approximate).toBe(true);
    expect(counts).toEqual([3_600, 3_600, 0, 0]);
    expect(steps).toBeLessThan(10);
  });

  it('counts exactly what there is less of', () => {
    const { counts, approximate } = count({ type: 'interval', milliseconds: 100 }, 100_000);
    expect(counts).toEqual([36_000, 36_000, 36_000, 36_000]);
    expect(approximate).toBe(false);
  });

  it('ends with the runs that a job has left', () => {
    const all = count(cron('*/15 * * * *'));
    expect(limited(all, 6).counts).toEqual([4, 2, 0, 0]);
    expect(limited(all, null).counts).toEqual(all.counts);
  });
});
