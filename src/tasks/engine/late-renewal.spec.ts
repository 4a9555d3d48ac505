import { expect, it } from 'vitest';
import { leaseTimings } from '../domain/lease.js';
import { FakeClock } from '../testing/fake-clock.js';
import { MemoryDatabase } from '../store/memory/database.js';
import { MemoryLeaderLock } from '../store/memory/lock/leader-lock.js';
import { Elector } from './elector.js';

const SILENT = { error: () => {}, warn: () => {}, log: () => {}, debug: () => {} };

it('tells those who lead to go on when trust ran out before a renewal was answered', async () => {
  const clock = new FakeClock();
  const lock = new MemoryLeaderLock(new MemoryDatabase(clock), 'north', true);
  const told: boolean[] = [];
  const changed = (leads: boolean) => {
    told.push(leads);
  };
  const elector = new Elector(lock, clock, leaseTimings(5_000), SILENT, changed, {
    unfit: () => null,
    leftMs: () => Infinity,
    prove: () => Promise.resolve(),
  });
  elector.start();
  await clock.advance(0);
  expect(told).toEqual([true]);

  // Renewals at 1.5 s and 3 s get no answer for so long that trust ends at 4.5 s.
  const renew = lock.renew.bind(lock);
  lock.renew = async (acquired) => {
    await clock.sleep(4_600 - clock.monotonic());
    return renew(acquired);
  };
  await clock.advance(4_550);
  expect(elector.token).toBeNull();
  await clock.advance(100);
  expect(elector.token).toBe(1);
  expect(told).toEqual([true, true]);
  await elector.stop();
});
