import { describe, expect, it } from 'vitest';
import { SystemClock } from './system-clock.js';

describe('a sleep', () => {
  it('is never too short', async () => {
    const clock = new SystemClock();
    for (const ms of [0.2, 1.4, 7.9]) {
      const from = clock.monotonic();
      await clock.sleep(ms);
      expect(clock.monotonic() - from).toBeGreaterThanOrEqual(ms);
    }
  });

  it('waits out what is less than a millisecond where it may, and only that', async () => {
    const waits: number[] = [];
    const clock: SystemClock = new SystemClock((ms) => {
      waits.push(ms);
      for (const until = clock.monotonic() + ms; clock.monotonic() < until;);
    });
    for (const ms of [0.2, 3.4, 7.9]) {
      const from = clock.monotonic();
      await clock.sleep(ms);
      expect(clock.monotonic() - from).toBeGreaterThanOrEqual(ms);
    }
    expect(waits[0]).toBeLessThanOrEqual(0.2);
    expect(Math.max(...waits)).toBeLessThan(1);
  });

  it('ends when it is told to', async () => {
    const over = new AbortController();
    const slept = new SystemClock().sleep(2 ** 40, over.signal);
    over.abort('woken');
    await slept;
    await new SystemClock().sleep(2 ** 40, over.signal);
  });
});
