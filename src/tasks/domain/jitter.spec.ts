import { describe, expect, it } from 'vitest';
import { later, NOON } from '../../../test/support/builders.js';
import { jitterOf } from './jitter.js';

describe('the jitter of a fire time', () => {
  it('is the same whenever it is asked for', () => {
    expect(jitterOf('report', NOON, 60_000)).toBe(jitterOf('report', new Date(NOON), 60_000));
  });

  it('is another one for another job and for another fire time', () => {
    const all = [
      jitterOf('report', NOON, 86_400_000),
      jitterOf('report-2', NOON, 86_400_000),
      jitterOf('report', later(NOON, 1), 86_400_000),
    ];
    expect(new Set(all).size).toBe(3);
  });

  it('is nothing where none is wanted', () => {
    expect(jitterOf('report', NOON, 0)).toBe(0);
  });

  it('takes every value up to the longest, and each about as often', () => {
    const counts = countOf(10_000, (n) => jitterOf('report', later(NOON, n * 60_000), 4));
    expect(new Set(counts.keys())).toEqual(new Set([0, 1, 2, 3, 4]));
    expect(Math.min(...counts.values())).toBeGreaterThan(1_800);
  });

  it('spreads the jobs of one instant over the whole time', () => {
    const second = (n: number) => Math.floor(jitterOf(`job-${n}`, NOON, 59_999) / 1_000);
    const counts = countOf(1_000, second);
    expect(counts.size).toBe(60);
    expect(Math.max(...counts.values())).toBeLessThan(45);
  });
});

/** How often each value comes up. */
function countOf(times: number, valueOf: (n: number) => number): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (let n = 0; n < times; n++) counts.set(valueOf(n), (counts.get(valueOf(n)) ?? 0) + 1);
  return counts;
}
