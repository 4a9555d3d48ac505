import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hourOf, summaryOf } from '../../src/tasks/domain/series.js';
import { aJob, hours, later, minutes } from '../support/builders.js';
import { EndedRuns } from './ended-runs.js';
import { clockOf } from './scenes.js';
import type { MakeStore, TestStore } from './test-store.js';

/** What the last runs of a job tell of it; and that it is the same once they have been counted. */
export function jobStandingsContract(makeStore: MakeStore): void {
  let store: TestStore;
  let scene: EndedRuns;

  beforeEach(async () => {
    store = await makeStore();
    scene = await EndedRuns.in(store);
  });
  afterEach(() => store.close());

  const DAY = hours(24);

  describe('how jobs fare', () => {
    const failures = async (job: string) =>
      (await store.statistics.ofJobs([job])).jobs.get(job)?.failures;

    it('is told by what ended of them lately, and is empty where nothing did', async () => {
      await scene.ended('a', 'succeeded', 200);
      store.advance(hours(30));
      await scene.ended('a', 'failed');
      await scene.holds(async () => {
        const { jobs, since } = await store.statistics.ofJobs(['a', 'b']);
        expect(summaryOf(jobs.get('a')!.ended).runs).toEqual({ failed: 1 });
        expect(jobs.get('b')).toEqual({ ended: [], failures: null });
        expect(since).toEqual(hourOf(later(await clockOf(store), -DAY)));
      });
    });

    it('counts failures in a row, once they are judged', async () => {
      await scene.ended('a', 'succeeded');
      store.advance(minutes(1));
      const since = await clockOf(store);
      await scene.ended('a', 'failed');
      store.advance(minutes(1));
      await scene.ended('a', 'timed-out');
      await scene.ended('a', 'skipped');
      await scene.ended('a', 'cancelled');
      await scene.ended('b', 'failed');
      await scene.ended('b', 'succeeded');
      store.advance(3_000);
      await scene.countAll();
      const told = await failures('a');
      expect(told?.inARow).toBe(2);
      expect(told!.since!.getTime() - since.getTime()).toBeLessThan(minutes(1));
      expect(await failures('b')).toBeNull();
      await scene.ended('a', 'succeeded');
      store.advance(3_000);
      await scene.countAll();
      expect(await failures('a')).toBeNull();
    });

    it('is known of a run that has just ended', async () => {
      await scene.ended('a', 'failed');
      expect((await failures('a'))?.inARow).toBe(1);
      store.advance(3_000);
      await scene.countAll();
      await scene.ended('a', 'succeeded');
      expect(await failures('a')).toBeNull();
    });

    it('narrows a list of jobs to those that fail', async () => {
      await scene.ended('a', 'failed');
      await scene.ended('b', 'failed');
      await scene.ended('b', 'succeeded');
      await scene.holds(async () => {
        const { items } = await store.jobs.list({ failing: true, limit: 10 });
        expect(items.map(({ id }) => id)).toEqual(['a']);
        expect(await store.jobs.count({ failing: true })).toEqual({ count: 1, exact: true });
      });
    });

    it('puts jobs in order by their last result, and by how long that took', async () => {
      for (const id of ['c', 'd', 'never']) await store.jobs.add(aJob(id), 'api');
      await scene.ended('a', 'succeeded', 100);
      await scene.ended('b', 'timed-out', 9_000);
      await scene.ended('c', 'failed', 300);
      await scene.ended('a', 'skipped', 5_000);
      await scene.ended('d', 'failed', 20_000);
      await scene.ended('d', 'succeeded', 2_000);
      await scene.holds(async () => {
        expect(await scene.inOrder('lastResult')).toEqual(['c', 'b', 'a', 'd', 'never']);
        expect(await scene.inOrder('lastResult', 'desc')).toEqual(['d', 'a', 'b', 'c', 'never']);
        expect(await scene.inOrder('lastDuration')).toEqual(['a', 'c', 'd', 'b', 'never']);
        expect(await scene.inOrder('lastDuration', 'desc')).toEqual(['b', 'd', 'c', 'a', 'never']);
      });
      await scene.ended('c', 'succeeded', 50);
      expect(await scene.inOrder('lastResult')).toEqual(['b', 'a', 'c', 'd', 'never']);
      expect(await scene.inOrder('lastDuration')).toEqual(['c', 'a', 'd', 'b', 'never']);
    });

    it('is not that of a job of the same id that was there before', async () => {
      await scene.ended('a', 'failed');
      store.advance(3_000);
      await scene.countAll();
      await store.jobs.remove('a');
      await store.jobs.add(aJob('a'), 'api');
      expect((await store.jobs.list({ failing: true, limit: 10 })).items).toEqual([]);
      await scene.ended('b', 'failed');
      expect(await scene.inOrder('lastResult', 'desc')).toEqual(['b', 'a']);
      await scene.ended('a', 'failed');
      await scene.holds(async () => {
        const { failing } = await store.cluster.troubles();
        expect(failing.jobs).toMatchObject([
          { id: 'b', inARow: 1 },
          { id: 'a', inARow: 1 },
        ]);
        const { items } = await store.jobs.list({ failing: true, limit: 10 });
        expect(items.map(({ id }) => id)).toEqual(['a', 'b']);
      });
    });
  });
}
