import { describe, expect, it } from 'vitest';
import { merged, percentilesOf, sizeOf } from './histogram.js';

/** @param durations in ms */
function of(durations: readonly number[]) {
  return merged(durations.map((ms) => ({ [sizeOf(ms)]: 1 })));
}

describe('a histogram', () => {
  it('has a size for less than a millisecond, and four for each doubling above', () => {
    expect([0, 0.5, 1, 2, 4, 1_024].map(sizeOf)).toEqual([0, 0, 1, 5, 9, 41]);
    expect(sizeOf(86_400_000)).toBe(106);
  });

  it('knows percentiles to a tenth', () => {
    for (const scale of [3, 40, 900, 60_000]) {
      const durations = Array.from({ length: 1_000 }, (_, n) => scale * (1 + n / 500));
      const { p50, p95 } = percentilesOf(of(durations))!;
      expect(Math.abs(p50 / (scale * 2) - 1)).toBeLessThan(0.1);
      expect(Math.abs(p95 / (scale * 2.9) - 1)).toBeLessThan(0.1);
    }
  });

  it('has none of nothing, and 0 of what took no time', () => {
    expect(percentilesOf({})).toBeNull();
    expect(percentilesOf({ 0: 3 })).toEqual({ p50: 0, p95: 0 });
  });

  it('is the sum of its parts', () => {
    expect(merged([{ 1: 2, 5: 1 }, { 5: 3 }, {}])).toEqual({ 1: 2, 5: 4 });
  });
});
