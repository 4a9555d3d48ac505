import { describe, expect, it } from 'vitest';
import { later, NOON } from '../../../test/support/builders.js';
import { FakeClock } from '../testing/fake-clock.js';
import { DatabaseClock } from './database-clock.js';

/** A node whose wall clock is a day off. */
const aNode = () => {
  const clock = new FakeClock(later(NOON, -86_400_000));
  return { clock, time: new DatabaseClock(clock) };
};

describe('the estimate of the database’s clock', () => {
  it('is the wall clock of the node until the database was heard of', () => {
    const { clock, time } = aNode();
    expect(time.now()).toEqual(clock.now());
  });

  it('is what the database said, and goes on from there', async () => {
    const { clock, time } = aNode();
    time.observe(clock.monotonic(), NOON.getTime());
    expect(time.now()).toEqual(NOON);
    await clock.advance(5_000);
    expect(time.now()).toEqual(later(NOON, 5_000));
  });

  it('does not follow the wall clock', async () => {
    const { clock, time } = aNode();
    time.observe(0, NOON.getTime());
    clock.setWallClock('2030-01-01T00:00:00Z');
    await clock.advance(10);
    expect(time.now()).toEqual(later(NOON, 10));
  });

  it('is never ahead of what a slow answer leaves possible, and does not jump for it', async () => {
    const { clock, time } = aNode();
    time.observe(0, NOON.getTime());
    await clock.advance(1_000);
    const askedAt = clock.monotonic();
    await clock.advance(400);
    // The database looked at its clock somewhere within these 400 ms: the estimate is possible.
    time.observe(askedAt, later(NOON, 1_250).getTime());
    expect(time.now()).toEqual(later(NOON, 1_400));
  });

  it('is moved by no more than an answer proves', async () => {
    const { clock, time } = aNode();
    time.observe(0, NOON.getTime());
    await clock.advance(1_000);
    time.observe(900, later(NOON, 700).getTime());
    expect(time.now()).toEqual(later(NOON, 800));
    time.observe(900, later(NOON, 5_000).getTime());
    expect(time.now()).toEqual(later(NOON, 5_000));
  });

  it('is what its clock will show when a question gets there, by the quickest of the last ones', async () => {
    const { clock, time } = aNode();
    const asks = async (thereMs: number, backMs: number) => {
      const askedAt = clock.monotonic();
      await clock.advance(thereMs);
      const at = NOON.getTime() + clock.monotonic() + 0.25;
      await clock.advance(backMs);
      time.observe(askedAt, at);
      return time.ms() - NOON.getTime() - clock.monotonic();
    };
    expect(await asks(40, 1)).toBe(40.25);
    expect(await asks(2, 30)).toBe(2.25);
    expect(await asks(9, 1)).toBe(2.25);
    // What was learnt long ago does not count for ever.
    await clock.advance(10_000);
    await asks(9, 1);
    await clock.advance(10_000);
    expect(await asks(9, 1)).toBe(9.25);
  });

  it('follows the database when its clock is set back', async () => {
    const { clock, time } = aNode();
    time.observe(0, NOON.getTime());
    await clock.advance(10);
    time.observe(10, later(NOON, -3_600_000).getTime());
    expect(time.now()).toEqual(later(NOON, -3_600_000));
  });
});
