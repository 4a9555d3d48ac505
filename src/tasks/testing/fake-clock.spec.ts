import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { FakeClock } from './fake-clock.js';

describe('FakeClock', () => {
  it('stands still until it is told to move', async () => {
    const clock = new FakeClock('2026-01-01T00:00:00Z');
    await clock.settle();
    expect([clock.now().toISOString(), clock.monotonic()]).toEqual(['2026-01-01T00:00:00.000Z', 0]);
    await clock.advance(1_500);
    expect([clock.now().toISOString(), clock.monotonic()]).toEqual([
      '2026-01-01T00:00:01.500Z',
      1_500,
    ]);
  });

  it('wakes sleepers at their own instants, in order', async () => {
    const clock = new FakeClock();
    const woken: [string, number][] = [];
    for (const [name, ms] of [
      ['late', 30],
      ['early', 10],
      ['early too', 10],
    ] as const) {
      void clock.sleep(ms).then(() => woken.push([name, clock.monotonic()]));
    }
    await clock.advance(20);
    expect(woken).toEqual([
      ['early', 10],
      ['early too', 10],
    ]);
    await clock.advance(10);
    expect(woken.at(-1)).toEqual(['late', 30]);
  });

  it('wakes who falls asleep again on the way', async () => {
    const clock = new FakeClock();
    let turns = 0;
    void (async () => {
      for (;;) {
        await clock.sleep(100);
        turns++;
      }
    })();
    await clock.advance(1_000);
    expect(turns).toBe(10);
  });

  it('ends a sleep of no time or under an aborted signal at once', async () => {
    const clock = new FakeClock();
    await clock.sleep(0);
    await clock.sleep(-1);
    await clock.sleep(1_000, AbortSignal.abort());
    expect(clock.sleeping).toBe(0);
  });

  it('ends a sleep when its signal aborts, and leaves no listener behind', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const { signal } = controller;
    const slept = clock.sleep(10, signal);
    await clock.advance(10);
    await slept;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    const endless = clock.sleep(Infinity, signal);
    controller.abort();
    await endless;
    expect(clock.sleeping).toBe(0);
  });

  it('can be set and suspended, which wakes nobody', async () => {
    const clock = new FakeClock('2026-01-01T00:00:00Z');
    void clock.sleep(1_000);
    clock.suspend(3_600_000);
    expect(clock.now().toISOString()).toBe('2026-01-01T01:00:00.000Z');
    clock.setWallClock('2025-01-01T00:00:00Z');
    await clock.settle();
    expect([clock.sleeping, clock.monotonic()]).toEqual([1, 0]);
    await clock.advance(500);
    expect(clock.now().toISOString()).toBe('2025-01-01T00:00:00.500Z');
  });
});
