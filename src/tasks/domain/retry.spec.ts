import { describe, expect, it } from 'vitest';
import { chanceOf, retryDelayMs } from './retry.js';

const waits = (retry: Parameters<typeof retryDelayMs>[0], chance = 1) =>
  Array.from({ length: retry.maxAttempts }, (_, n) => retryDelayMs(retry, n + 1, 'Error', chance));

describe('retryDelayMs', () => {
  it('is nothing once every attempt is used up', () => {
    expect(waits({ maxAttempts: 1 })).toEqual([null]);
    expect(retryDelayMs({ maxAttempts: 3 }, 7, 'Error', 1)).toBeNull();
  });

  it('doubles the bound of the wait, up to an hour', () => {
    expect(waits({ maxAttempts: 4 })).toEqual([1_000, 2_000, 4_000, null]);
    expect(retryDelayMs({ maxAttempts: 100 }, 99, 'Error', 1)).toBe(3_600_000);
  });

  it('draws an exponential wait from below its bound', () => {
    expect(waits({ maxAttempts: 4, delayMs: 100 }, 0.25)).toEqual([25, 50, 100, null]);
    expect(waits({ maxAttempts: 3 }, 0)).toEqual([0, 0, null]);
  });

  it('does not pass the longest wait that was asked for', () => {
    expect(waits({ maxAttempts: 4, delayMs: 100, maxDelayMs: 150 })).toEqual([100, 150, 150, null]);
    expect(waits({ maxAttempts: 2, backoff: 'fixed', delayMs: 9, maxDelayMs: 5 })).toEqual([
      5,
      null,
    ]);
  });

  it('leaves a fixed wait alone', () => {
    expect(waits({ maxAttempts: 3, backoff: 'fixed', delayMs: 70 }, 0.1)).toEqual([70, 70, null]);
  });

  it('tries only errors of the given names again', () => {
    const retry = { maxAttempts: 2, retryOn: ['TimeoutError'] };
    expect(retryDelayMs(retry, 1, 'TimeoutError', 1)).toBe(1_000);
    expect(retryDelayMs(retry, 1, 'TypeError', 1)).toBeNull();
  });
});

describe('chanceOf', () => {
  it('is the same for the same text', () => {
    expect(chanceOf('17/2')).toBe(chanceOf('17/2'));
  });

  it('is spread evenly over texts that differ little', () => {
    const tenths = Array.from({ length: 10_000 }, (_, run) =>
      Math.floor(chanceOf(`${run}/1`) * 10),
    );
    for (let tenth = 0; tenth < 10; tenth++) {
      const count = tenths.filter((one) => one === tenth).length;
      expect(Math.abs(count - 1_000)).toBeLessThan(150);
    }
  });
});
