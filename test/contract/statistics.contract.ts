import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hourOf, summaryOf, type HourSum } from '../../src/tasks/domain/series.js';
import { aJob, hours, later, minutes } from '../support/builders.js';
import { aNodeAtWork, clockOf, lead } from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

type Ended = 'succeeded' | 'failed' | 'timed-out' | 'cancelled' | 'skipped';

/** What has ended, summed up; and that it is the same once it has been counted. */
export function statisticsContract(makeStore: MakeStore): void {
  let store: TestStore;
  let node: TestNode;
  let token: number;

  beforeEach(async () => {
    store = await makeStore();
    node = await aNodeAtWork(store);
    token = await lead(node);
    for (const id of ['a', 'b']) await store.jobs.add(aJob(id, { overlap: 'allow' }), 'api');
  });
  afterEach(() => store.close());

  /** A run that started `lagMs` late and took `tookMs`, and has just ended. */
  async function ended(job: string, state: Ended, tookMs = 40, lagMs = 3): Promise<string> {
    const { id } = await store.jobs.runNow(job, {});
    const finishedAt = await clockOf(store);
    const startedAt = later(finishedAt, -tookMs);
    await store.amend(id, {
      state,
      attempt: 1,
      runAt: later(startedAt, -lagMs),
      startedAt,
      finishedAt,
    });
    return id;
  }

  /** Whatever can be counted, hour by hour, as the leader does. */
  async function countAll(): Promise<void> {
    let { hour, more, before } = (await node.sums.count(token))!;
    while (more || before !== null) {
      if (!more) hour = before!;
      ({ more, before } = (await node.sums.count(token, hour))!);
    }
  }

  const DAY = hours(24);
  const sums = async (job?: string) => {
    const now = await clockOf(store);
    return (await store.statistics.hours(later(now, -2 * DAY), later(now, hours(1)), job)).hours;
  };
  const summary = async (job?: string) => summaryOf(await sums(job));
  const hoursOf = (some: readonly HourSum[]) =>
    [...new Set(some.map(({ hour }) => hour.getTime()))].sort((x, y) => x - y);

  /** Says the same before it is counted, in the midst of it, and afterwards. */
  async function holds(expectation: () => Promise<void>): Promise<void> {
    await expectation();
    store.advance(3_000);
    await expectation();
    await countAll();
    await expectation();
    await countAll();
    await expectation();
  }

  describe('sums', () => {
    it('are by state, of one job or of all', async () => {
      await ended('a', 'succeeded');
      await ended('a', 'failed');
      await ended('b', 'succeeded');
      await store.jobs.runNow('b', {});
      await holds(async () => {
        expect((await summary()).runs).toEqual({ succeeded: 2, failed: 1 });
        expect((await summary('a')).runs).toEqual({ succeeded: 1, failed: 1 });
        expect((await summary('none')).runs).toEqual({});
      });
    });

    it('grow with what ends after they were counted', async () => {
      await ended('a', 'succeeded', 10);
      store.advance(3_000);
      await countAll();
      await ended('a', 'succeeded', 1_000);
      await ended('a', 'succeeded', 1_000);
      await holds(async () => {
        expect((await summary('a')).runs).toEqual({ succeeded: 3 });
        expect((await summary('a')).durationMs?.p50).toBeGreaterThan(900);
      });
    });

    it('tell how late runs started and how long they took, to a tenth', async () => {
      for (const tookMs of [100, 100, 100, 5_000]) await ended('a', 'succeeded', tookMs, 40);
      await holds(async () => {
        const { lagMs, durationMs } = await summary('a');
        expect(Math.abs(durationMs!.p50 - 100)).toBeLessThan(10);
        expect(Math.abs(durationMs!.p95 - 5_000)).toBeLessThan(500);
        expect(Math.abs(lagMs!.p95 - 40)).toBeLessThan(4);
      });
    });

    it('are by the hour of the end', async () => {
      await ended('a', 'succeeded');
      store.advance(hours(3));
      await ended('a', 'failed');
      await ended('a', 'failed');
      await holds(async () => {
        const all = await sums('a');
        const [first, last, ...others] = hoursOf(all);
        expect(others).toEqual([]);
        expect(last! - first!).toBe(hours(3));
        expect(summaryOf(all.filter(({ hour }) => hour.getTime() === last)).runs).toEqual({
          failed: 2,
        });
      });
    });

    it('reach to this moment, from the first run on', async () => {
      await ended('a', 'succeeded');
      store.advance(hours(2));
      await ended('a', 'succeeded');
      store.advance(3_000);
      await countAll();
      const now = await clockOf(store);
      const { countedFrom, countedTo } = await store.statistics.hours(later(now, -DAY), now);
      expect(countedFrom).toBeNull();
      expect(countedTo.getTime()).toBeGreaterThanOrEqual(now.getTime());
    });
  });

  describe('how jobs fare', () => {
    const failures = async (job: string) =>
      (await store.statistics.ofJobs([job])).jobs.get(job)?.failures;

    it('is told by what ended of them lately, and is empty where nothing did', async () => {
      await ended('a', 'succeeded', 200);
      store.advance(hours(30));
      await ended('a', 'failed');
      await holds(async () => {
        const { jobs, since } = await store.statistics.ofJobs(['a', 'b']);
        expect(summaryOf(jobs.get('a')!.ended).runs).toEqual({ failed: 1 });
        expect(jobs.get('b')).toEqual({ ended: [], failures: null });
        expect(since).toEqual(hourOf(later(await clockOf(store), -DAY)));
      });
    });

    it('counts failures in a row, once they are judged', async () => {
      await ended('a', 'succeeded');
      store.advance(minutes(1));
      const since = await clockOf(store);
      await ended('a', 'failed');
      store.advance(minutes(1));
      await ended('a', 'timed-out');
      await ended('a', 'skipped');
      await ended('a', 'cancelled');
      await ended('b', 'failed');
      await ended('b', 'succeeded');
      store.advance(3_000);
      await countAll();
      const told = await failures('a');
      expect(told?.inARow).toBe(2);
      expect(told!.since!.getTime() - since.getTime()).toBeLessThan(minutes(1));
      expect(await failures('b')).toBeNull();
      await ended('a', 'succeeded');
      store.advance(3_000);
      await countAll();
      expect(await failures('a')).toBeNull();
    });

    it('is known of a run that has just ended', async () => {
      await ended('a', 'failed');
      expect((await failures('a'))?.inARow).toBe(1);
      store.advance(3_000);
      await countAll();
      await ended('a', 'succeeded');
      expect(await failures('a')).toBeNull();
    });

    it('narrows a list of jobs to those that fail', async () => {
      await ended('a', 'failed');
      await ended('b', 'failed');
      await ended('b', 'succeeded');
      await holds(async () => {
        const { items } = await store.jobs.list({ failing: true, limit: 10 });
        expect(items.map(({ id }) => id)).toEqual(['a']);
        expect(await store.jobs.count({ failing: true })).toEqual({ count: 1, exact: true });
      });
    });

    it('is not that of a job of the same id that was there before', async () => {
      await ended('a', 'failed');
      store.advance(3_000);
      await countAll();
      await store.jobs.remove('a');
      await store.jobs.add(aJob('a'), 'api');
      expect((await store.jobs.list({ failing: true, limit: 10 })).items).toEqual([]);
    });
  });

  describe('counting', () => {
    it('is for the token in force only', async () => {
      await ended('a', 'succeeded');
      store.advance(minutes(10));
      const successor = await lead(await aNodeAtWork(store, 'south'));
      expect(await node.sums.count(token)).toBeNull();
      expect(await node.sums.count(successor)).not.toBeNull();
    });
  });
}
