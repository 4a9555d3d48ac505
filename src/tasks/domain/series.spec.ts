import { describe, expect, it } from 'vitest';
import { hours, later, NOON } from '../../../test/support/builders.js';
import { bucketsOf, edgesOf, summaryOf, type HourSum } from './series.js';

const aSum = (hour: Date, sum: Partial<HourSum> = {}): HourSum => ({
  hour,
  state: 'succeeded',
  runs: 1,
  lags: {},
  durations: {},
  ...sum,
});

describe('the edges of a series', () => {
  it('are the hours that a range touches', () => {
    const edges = edgesOf('hour', later(NOON, 1), later(NOON, hours(2)), 'UTC');
    expect(edges).toEqual([NOON, later(NOON, hours(1)), later(NOON, hours(2))]);
  });

  it('are the days of a zone, of which one is short in spring', () => {
    const from = new Date('2026-03-28T12:00:00Z');
    const edges = edgesOf('day', from, new Date('2026-03-30T00:00:00Z'), 'Europe/Berlin');
    expect(edges.map((edge) => edge.toISOString())).toEqual([
      '2026-03-27T23:00:00.000Z',
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
      '2026-03-30T22:00:00.000Z',
    ]);
  });
});

describe('a series', () => {
  it('has a bucket for each time, also for those in which nothing ended', () => {
    const edges = edgesOf('hour', NOON, later(NOON, hours(3)), 'UTC');
    const sums = [
      aSum(later(NOON, hours(2)), { state: 'failed' }),
      aSum(NOON, { runs: 2 }),
      aSum(NOON, { state: 'failed', runs: 3 }),
    ];
    const buckets = [...bucketsOf(sums, edges)];
    expect(buckets.map(({ runs }) => runs)).toEqual([
      { succeeded: 2, failed: 3 },
      {},
      { failed: 1 },
    ]);
    expect(buckets[1]).toMatchObject({ lagMs: null, durationMs: null, to: edges[2] });
  });

  it('puts the hours of a day together, and leaves out what lies outside', () => {
    const edges = edgesOf('day', NOON, later(NOON, hours(12)), 'UTC');
    const sums = [-13, -12, 0, 11, 12].map((n) => aSum(later(NOON, hours(n))));
    expect([...bucketsOf(sums, edges)].map(({ runs }) => runs)).toEqual([{ succeeded: 3 }]);
  });

  it('has percentiles over all states', () => {
    const { durationMs } = summaryOf([
      aSum(NOON, { durations: { 1: 9 } }),
      aSum(NOON, { state: 'failed', durations: { 41: 1 } }),
    ]);
    expect(durationMs).toEqual({ p50: 1, p95: 1_117 });
  });
});
