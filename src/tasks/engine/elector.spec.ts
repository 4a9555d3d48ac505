import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordedLog, type RecordedLog } from '../../../test/support/recorded-log.js';
import { leaseTimings, type LockRow } from '../domain/lease.js';
import type { Acquired, LeaderLock } from '../store/leader-lock.js';
import { FakeClock } from '../testing/fake-clock.js';
import { Elector } from './elector.js';

const LEASE_MS = 5_000;
const RENEW_MS = 1_500;
const TRUSTED_MS = 4_500;

const FREE: LockRow = { fencingToken: 3, held: false, remainingMs: 0, hinted: false };
const HELD: LockRow = { fencingToken: 3, held: true, remainingMs: 5_000, hinted: true };

/** A lock whose answers the test decides. */
class Lock implements LeaderLock {
  canWatch = true;
  row = FREE;
  readonly asked: string[] = [];
  watching: () => Promise<boolean> = () => Promise.resolve(true);
  taking: () => Promise<Acquired | null> = () => Promise.resolve({ fencingToken: 4, hinted: true });
  renewing: (acquired: Acquired) => Promise<boolean> = () => Promise.resolve(true);
  resigning: () => Promise<boolean> = () => Promise.resolve(true);

  read = () => this.answer('read', () => Promise.resolve(this.row));
  watch = (token: number, ms: number) => this.answer(`watch ${token} ${ms}`, () => this.watching());
  takeOver = (observed: number, gone: boolean) =>
    this.answer(`take over ${observed} ${gone}`, () => this.taking());
  renew = (acquired: Acquired) =>
    this.answer(`renew ${acquired.fencingToken} ${acquired.hinted}`, () => this.renewing(acquired));
  resign = (token: number) => this.answer(`resign ${token}`, () => this.resigning());
  reset = () => this.answer('reset', () => Promise.resolve());
  close = () => Promise.resolve();

  private answer<T>(asked: string, answer: () => Promise<T>): Promise<T> {
    this.asked.push(asked);
    return answer();
  }
}

let clock: FakeClock;
let lock: Lock;
let log: RecordedLog;
let elector: Elector;
let changes: boolean[];
/** Why it cannot fire. */
let unfit: string | null;
let proving: () => Promise<unknown>;

beforeEach(() => {
  clock = new FakeClock();
  lock = new Lock();
  log = recordedLog();
  changes = [];
  unfit = null;
  proving = () => Promise.resolve();
  const changed = (leads: boolean) => changes.push(leads);
  elector = new Elector(lock, clock, leaseTimings(LEASE_MS), log, changed, {
    unfit: () => unfit,
    leftMs: () => Infinity,
    prove: () => proving(),
  });
});
afterEach(async () => {
  const stopped = elector.stop();
  await clock.advance(60_000);
  await stopped;
});

const refused = () => Promise.reject(new Error('connection refused'));
const start = async () => {
  elector.start();
  await clock.settle();
};

describe('a follower', () => {
  it('takes over a lock that is free, and renews at once to tell of its hint', async () => {
    await start();
    expect(lock.asked).toEqual(['read', 'take over 3 false', 'renew 4 true']);
    expect(elector.token).toBe(4);
    expect(changes).toEqual([true]);
  });

  it('watches the holder’s session and takes over when it has ended', async () => {
    lock.row = HELD;
    let ends: (ended: boolean) => void = () => undefined;
    lock.watching = () => new Promise((resolve) => (ends = resolve));
    await start();
    expect(elector.token).toBeNull();
    ends(true);
    await clock.settle();
    expect(lock.asked.slice(0, 3)).toEqual(['read', 'watch 3 4000', 'take over 3 true']);
    expect(elector.token).toBe(4);
  });

  it('looks again when the session did not end', async () => {
    lock.row = HELD;
    lock.watching = () => clock.sleep(2_000).then(() => false);
    await start();
    await clock.advance(2_000);
    expect(lock.asked).toEqual(['read', 'watch 3 4000', 'read', 'watch 3 4000']);
    await clock.advance(2_000);
    expect(elector.token).toBeNull();
  });

  it('waits for the lease to end where it cannot watch', async () => {
    lock.canWatch = false;
    lock.row = { ...HELD, remainingMs: 1_234 };
    await start();
    lock.row = FREE;
    await clock.advance(1_233);
    expect(elector.token).toBeNull();
    await clock.advance(1);
    expect(elector.token).toBe(4);
  });

  it('looks at once when it is woken', async () => {
    lock.canWatch = false;
    lock.row = HELD;
    await start();
    lock.row = FREE;
    elector.wake();
    await clock.settle();
    expect(elector.token).toBe(4);
  });

  it('stays one when another node was quicker, or nobody knows who was', async () => {
    lock.taking = () => {
      lock.row = HELD;
      return Promise.resolve(null);
    };
    lock.watching = () => clock.sleep(2_000).then(() => false);
    await start();
    expect(elector.token).toBeNull();
    lock.row = FREE;
    lock.taking = refused;
    await clock.advance(2_000);
    expect(elector.token).toBeNull();
    expect(changes).toEqual([]);
  });
});

describe('a leader', () => {
  const renewals = () => lock.asked.filter((asked) => asked.startsWith('renew'));

  it('renews at a third of its lease and goes on leading', async () => {
    await start();
    await clock.advance(RENEW_MS * 10);
    expect(renewals()).toHaveLength(11);
    expect(elector.token).toBe(4);
    expect(changes).toEqual([true]);
  });

  it('trusts a lease from when it asked for it, not from when it was answered', async () => {
    lock.taking = () => clock.sleep(1_000).then(() => ({ fencingToken: 4, hinted: true }));
    lock.renewing = () => clock.sleep(30_000).then(() => false);
    await start();
    await clock.advance(TRUSTED_MS - 1);
    expect(elector.token).toBe(4);
    await clock.advance(1);
    expect(elector.token).toBeNull();
  });

  it('goes on without an answer while it is trusted, and tries again soon', async () => {
    await start();
    lock.renewing = refused;
    await clock.advance(RENEW_MS + 250);
    expect(renewals()).toHaveLength(4);
    expect(elector.token).toBe(4);
    lock.renewing = () => Promise.resolve(true);
    await clock.advance(RENEW_MS * 4);
    expect(elector.token).toBe(4);
    expect(changes).toEqual([true]);
  });

  it('stops leading when no renewal was answered for as long as it is trusted', async () => {
    await start();
    lock.renewing = refused;
    lock.row = HELD;
    lock.watching = () => clock.sleep(2_000).then(() => false);
    await clock.advance(TRUSTED_MS - 1);
    expect(elector.token).toBe(4);
    await clock.advance(1);
    expect(elector.token).toBeNull();
    await clock.advance(100);
    expect(changes).toEqual([true, false]);
    expect(log.lines.at(-1)).toContain('its lease ran out');
  });

  it('stops leading, and drops its session, when another node has the lock', async () => {
    await start();
    lock.row = HELD;
    lock.watching = () => clock.sleep(2_000).then(() => false);
    lock.renewing = () => Promise.resolve(false);
    await clock.advance(RENEW_MS);
    expect(elector.token).toBeNull();
    expect(changes).toEqual([true, false]);
    expect(lock.asked).toContain('reset');
  });

  it('does not trust its lease after the machine was suspended', async () => {
    await start();
    clock.suspend(1_500);
    expect(elector.token).toBeNull();
    lock.row = HELD;
    lock.watching = () => clock.sleep(2_000).then(() => false);
    await clock.advance(RENEW_MS);
    expect(changes).toEqual([true, false]);
  });

  it('is not shaken by a wall clock that is set back', async () => {
    await start();
    clock.setWallClock('2020-01-01T00:00:00Z');
    expect(elector.token).toBe(4);
  });

  it('leads again after it has lost the lock', async () => {
    await start();
    lock.renewing = () => Promise.resolve(false);
    lock.taking = () => {
      lock.renewing = () => Promise.resolve(true);
      return Promise.resolve({ fencingToken: 6, hinted: false });
    };
    await clock.advance(RENEW_MS);
    expect(elector.token).toBe(6);
    expect(changes).toEqual([true, false, true]);
  });
});

describe('stopping an elector', () => {
  it('gives the lock back', async () => {
    await start();
    await elector.stop();
    expect(lock.asked.at(-1)).toBe('resign 4');
    expect(elector.token).toBeNull();
    expect(changes).toEqual([true, false]);
  });

  it('does not lead until the resignation is answered', async () => {
    await start();
    lock.resigning = () => clock.sleep(100).then(() => true);
    const stopped = elector.stop();
    await clock.settle();
    expect(elector.token).toBeNull();
    await clock.advance(100);
    await stopped;
  });

  it('is not kept from it by a database that is away', async () => {
    await start();
    lock.resigning = refused;
    await elector.stop();
    expect(log.lines.at(-1)).toContain('another node becomes leader when the lease expires');
  });

  it('ends a follower’s watch by dropping its session, and resigns nothing', async () => {
    lock.row = HELD;
    let drop: (error: Error) => void = () => undefined;
    lock.watching = () => new Promise((_resolve, reject) => (drop = reject));
    lock.reset = () => Promise.resolve(drop(new Error('the session was dropped')));
    await start();
    await elector.stop();
    expect(lock.asked).toEqual(['read', 'watch 3 4000']);
    expect(log.lines).toEqual([]);
  });

  it('gives back a lock that was taken while it stopped', async () => {
    lock.taking = () => clock.sleep(50).then(() => ({ fencingToken: 4, hinted: true }));
    await start();
    const stopped = elector.stop();
    await clock.advance(50);
    await stopped;
    expect(lock.asked.at(-1)).toBe('resign 4');
  });
});

describe('a leader that cannot fire', () => {
  it('gives the lock back at its next renewal, and says why', async () => {
    await start();
    unfit = 'canceling statement due to lock timeout';
    await clock.advance(RENEW_MS);
    expect(lock.asked).toContain('resign 4');
    expect(elector.token).toBeNull();
    expect(changes).toEqual([true, false]);
    expect(log.lines.at(-1)).toContain(
      'lost leadership: it cannot fire: canceling statement due to lock timeout',
    );
  });

  it('lets others come first for two leases, and proves that it can before it stands again', async () => {
    await start();
    unfit = 'cut off';
    await clock.advance(RENEW_MS);
    unfit = null;
    proving = () => Promise.reject(new Error('still cut off'));
    await clock.advance(2 * LEASE_MS - 100);
    const takeOvers = () => lock.asked.filter((line) => line.startsWith('take over')).length;
    expect(takeOvers()).toBe(1);
    await clock.advance(5_000);
    expect(takeOvers()).toBe(1);
    proving = () => Promise.resolve();
    await clock.advance(5_000);
    expect(takeOvers()).toBe(2);
  });
});
