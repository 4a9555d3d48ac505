import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hourOf, summaryOf, type HourSum } from '../../src/tasks/domain/series.js';
import { hours, later, minutes } from '../support/builders.js';
import { EndedRuns } from './ended-runs.js';
import { aNodeAtWork, clockOf, lead } from './scenes.js';
import type { MakeStore, TestStore } from './test-store.js';

/** What has ended, summed up; and that it is the same once it has been counted. */
export function statisticsContract(makeStore: MakeStore): void {
  let store: TestStore;
  let scene: EndedRuns;

  beforeEach(async () => {
    store = await makeStore();
    scene = await EndedRuns.in(store);
  });
  afterEach(() => store.close());

  const DAY = hours(24);
  const sums = async (job?: string) => {
    const now = await clockOf(store);
    return (await store.statistics.hours(later(now, -2 * DAY), later(now, hours(1)), job)).hours;
  };
  const summary = async (job?: string) => summaryOf(await sums(job));
  const hoursOf = (some: readonly HourSum[]) =>
    [...new Set(some.map(({ hour }) => hour.getTime()))].sort((x, y) => x - y);

  describe('sums', () => {
    it('are by state, of one job or of all', async () => {
      await scene.ended('a', 'succeeded');
      await scene.ended('a', 'failed');
      await scene.ended('b', 'succeeded');
      await store.jobs.runNow('b', {});
      await scene.holds(async () => {
        expect((await summary()).runs).toEqual({ succeeded: 2, failed: 1 });
        expect((await summary('a')).runs).toEqual({ succeeded: 1, failed: 1 });
        expect((await summary('none')).runs).toEqual({});
      });
    });

    it('grow with what ends after they were counted', async () => {
      await scene.ended('a', 'succeeded', 10);
      store.advance(3_000);
      await scene.countAll();
      await scene.ended('a', 'succeeded', 1_000);
      await scene.ended('a', 'succeeded', 1_000);
      await scene.holds(async () => {
        expect((await summary('a')).runs).toEqual({ succeeded: 3 });
        expect((await summary('a')).durationMs?.p50).toBeGreaterThan(900);
      });
    });

    it('tell how late runs started and how long they took, to a tenth', async () => {
      for (const tookMs of [100, 100, 100, 5_000]) await scene.ended('a', 'succeeded', tookMs, 40);
      await scene.holds(async () => {
        const { lagMs, durationMs } = await summary('a');
        expect(Math.abs(durationMs!.p50 - 100)).toBeLessThan(10);
        expect(Math.abs(durationMs!.p95 - 5_000)).toBeLessThan(500);
        expect(Math.abs(lagMs!.p95 - 40)).toBeLessThan(4);
      });
    });

    it('are by the hour of the end', async () => {
      await scene.ended('a', 'succeeded');
      store.advance(hours(3));
      await scene.ended('a', 'failed');
      await scene.ended('a', 'failed');
      await scene.holds(async () => {
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
      await scene.ended('a', 'succeeded');
      store.advance(hours(2));
      await scene.ended('a', 'succeeded');
      store.advance(3_000);
      await scene.countAll();
      const now = await clockOf(store);
      const { countedFrom, countedTo } = await store.statistics.hours(later(now, -DAY), now);
      expect(countedFrom).toBeNull();
      expect(countedTo.getTime()).toBeGreaterThanOrEqual(now.getTime());
    });
  });

  it('are told of several jobs, by hour and state', async () => {
    await scene.ended('a', 'succeeded');
    await scene.ended('a', 'failed');
    store.advance(hours(1));
    await scene.ended('a', 'succeeded');
    await scene.ended('b', 'skipped');
    await scene.holds(async () => {
      const now = await clockOf(store);
      const { jobs: found } = await store.statistics.hoursOfJobs(
        ['a', 'b', 'none'],
        hourOf(later(now, -DAY)),
        later(now, hours(1)),
      );
      expect([...found.keys()].toSorted()).toEqual(['a', 'b']);
      expect(found.get('a')!.map(({ runs }) => runs)).toEqual([
        { succeeded: 1, failed: 1 },
        { succeeded: 1 },
      ]);
      expect(found.get('b')!.map(({ runs }) => runs)).toEqual([{ skipped: 1 }]);
      const [first, second] = found.get('a')!.map(({ hour }) => hour.getTime());
      expect(second! - first!).toBe(hours(1));
    });
  });

  describe('counting', () => {
    it('is for the token in force only', async () => {
      await scene.ended('a', 'succeeded');
      store.advance(minutes(10));
      const successor = await lead(await aNodeAtWork(store, 'south'));
      expect(await scene.node.sums.count(scene.token)).toBeNull();
      expect(await scene.node.sums.count(successor)).not.toBeNull();
    });
  });
}
