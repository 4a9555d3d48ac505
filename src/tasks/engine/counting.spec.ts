import { beforeEach, describe, expect, it } from 'vitest';
import { aDueJob, NOON } from '../../../test/support/builders.js';
import { recordedLog, type RecordedLog } from '../../../test/support/recorded-log.js';
import { leaseTimings } from '../domain/lease.js';
import type { SkipReason } from '../domain/run.js';
import type { EngineStore } from '../store/engine-store.js';
import type { Fired } from '../store/fire-ledger.js';
import { FakeClock } from '../testing/fake-clock.js';
import { counted } from './counted-ports.js';
import { DatabaseClock } from './database-clock.js';
import { Loop } from './loop.js';

let clock: FakeClock;
let log: RecordedLog;
let time: DatabaseClock;
let answer: Partial<Fired>;
let renews: () => Promise<boolean>;
let engine: ReturnType<typeof counted>;

beforeEach(() => {
  clock = new FakeClock();
  log = recordedLog();
  time = new DatabaseClock(clock);
  answer = { led: true, moved: new Set(['a']), skipped: [] };
  renews = async () => true;
  const fires = {
    fire: async () => answer,
    release: async () => null,
    settle: async () => ({
      abandoned: 1,
      rerun: 1,
      runs: [
        { jobId: 'a', state: 'abandoned' },
        { jobId: 'a', state: 'pending' },
      ],
    }),
  };
  const lock = {
    takeOver: async () => ({ fencingToken: 1, hinted: true }),
    renew: () => renews(),
  };
  const queue = { claim: () => clock.advance(3).then(() => ({ runs: [], nextInMs: null })) };
  const store = { fires, lock, queue } as unknown as EngineStore;
  engine = counted(store, log, leaseTimings(5_000), clock, time);
});

const range = (reason: SkipReason, count: number | null) => ({
  reason,
  from: NOON,
  to: NOON,
  count,
});
const fire = (jobId: string, ...ranges: ReturnType<typeof range>[]) => ({
  job: aDueJob(jobId),
  plan: { candidates: [], ranges, lastFireAt: NOON, nextFireAt: NOON },
});

describe('what an engine counts', () => {
  it('are fire times that did not run, by job and reason, of plans that have moved', async () => {
    answer = { ...answer, skipped: [{ jobId: 'a', reason: 'overlapped', count: 2 }] };
    const missed = fire('a', range('misfired', 3), range('coalesced', null));
    await engine.fires.fire(1, 0, [missed, fire('held', range('misfired', 9))]);
    await engine.fires.fire(1, 0, [fire('a', range('misfired', 1))]);
    expect(engine.counting.take().skips).toEqual([
      { jobId: 'a', kind: 'overlapped', count: 4 },
      { jobId: 'a', kind: 'misfired', count: 4 },
      { jobId: 'a', kind: 'coalesced', count: 1 },
    ]);
    expect(engine.counting.take().skips).toEqual([]);
  });

  it('are writes that the token did not allow', async () => {
    answer = { led: false, moved: new Set() };
    await engine.fires.fire(1, 0, [fire('a', range('misfired', 3))]);
    await engine.fires.release(1);
    expect(engine.counting.take()).toMatchObject({ refused: 2, skips: [] });
  });

  it('are the runs of lost nodes', async () => {
    await engine.fires.settle(1);
    expect(engine.counting.take().settled).toEqual([
      { jobId: 'a', kind: 'abandoned', count: 1 },
      { jobId: 'a', kind: 'requeued', count: 1 },
    ]);
  });

  it('are renewals, and the least that was left of the lease', async () => {
    const acquired = await engine.lock.takeOver(0, false);
    for (const ms of [1_500, 3_000, 1_500]) {
      await clock.advance(ms);
      await engine.lock.renew(acquired!);
    }
    renews = () => Promise.reject(new Error('cut off'));
    await expect(engine.lock.renew(acquired!)).rejects.toThrow('cut off');
    renews = async () => false;
    await engine.lock.renew(acquired!);
    expect(engine.counting.take()).toMatchObject({
      renewals: { ok: 3, error: 1, lost: 1 },
      leaseLeftMs: 1_500,
    });
    expect(engine.counting.take().leaseLeftMs).toBeNull();
  });

  it('are turns of loops, those that failed apart, and how long statements took', async () => {
    const turns = [() => Promise.resolve(Infinity), () => Promise.reject(new Error('no database'))];
    const planner = new Loop('planner', clock, engine.log, () => turns.pop()!());
    planner.start();
    await clock.advance(1_000);
    await planner.stop();
    await engine.claims.claim([], 1);
    const { turns: worked, failures, took } = engine.counting.take();
    expect([worked, failures]).toEqual([{ planner: 1 }, { planner: 1 }]);
    expect(took.tick).toHaveLength(2);
    expect(took.claim).toEqual([3]);
    expect(log.lines).toEqual([
      'warn: The planner failed and tries again: no database',
      'log: The planner has recovered.',
    ]);
  });

  it('do not grow with the number of jobs: what is too much has one name', async () => {
    const jobs = Array.from({ length: 1_500 }, (_, n) => `job-${n}`);
    answer = { ...answer, moved: new Set(jobs) };
    await engine.fires.fire(
      1,
      0,
      jobs.map((id) => fire(id, range('misfired', 1))),
    );
    const { skips } = engine.counting.take();
    expect(skips).toHaveLength(1_001);
    expect(skips.at(-1)).toEqual({ jobId: '__other__', kind: 'misfired', count: 500 });
  });

  it('say how far the clock of the database is ahead', () => {
    expect(engine.counting.take().clockAheadMs).toBe(0);
    time.observe(clock.monotonic(), clock.now().getTime() + 2_000);
    expect(engine.counting.take().clockAheadMs).toBe(2_000);
  });
});
