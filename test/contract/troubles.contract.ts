import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Troubles } from '../../src/tasks/store/cluster-store.js';
import { aJob, hours, later, minutes } from '../support/builders.js';
import { aDueJobIn, aNodeAtWork, claim, clockOf, fireDue, lead } from './scenes.js';
import { DEAD_AFTER_MS, type MakeStore, type TestStore } from './test-store.js';

/** What is wrong with jobs and runs. */
export function troublesContract(makeStore: MakeStore): void {
  let store: TestStore;

  beforeEach(async () => {
    store = await makeStore();
  });
  afterEach(() => store.close());

  const ids = async (kind: Exclude<keyof Troubles, 'waiting'>) => {
    const { count, jobs } = (await store.cluster.troubles())[kind];
    expect(count).toBe(jobs.length);
    return jobs.map(({ id }) => id);
  };

  describe('what is wrong', () => {
    it('is nothing at first', async () => {
      const none = { count: 0, jobs: [] };
      const { waiting, ...groups } = await store.cluster.troubles();
      expect(waiting).toEqual({ count: 0, oldestRunAt: null });
      expect(Object.values(groups)).toEqual(Array.from({ length: 8 }, () => none));
    });

    it('is a job that is due for a while, and since when', async () => {
      await aDueJobIn(store, 'late');
      expect(await ids('overdue')).toEqual([]);
      store.advance(minutes(1));
      expect(await ids('overdue')).toEqual(['late']);
      const [job] = (await store.cluster.troubles()).overdue.jobs;
      expect(job!.since).toEqual((await store.jobs.get('late'))!.nextFireAt);
    });

    it('is a due job that cannot be read, apart from those that can', async () => {
      await aDueJobIn(store, 'late');
      await store.jobs.add(aJob('odd'), 'api');
      await store.spoil('odd');
      store.advance(minutes(2));
      expect(await ids('overdue')).toEqual(['late']);
      expect(await ids('unreadable')).toEqual(['odd']);
    });

    it('is a job whose run is of a node that fell silent, and was not settled', async () => {
      const node = await aNodeAtWork(store);
      await store.jobs.add(aJob('lost'), 'api');
      await store.jobs.runNow('lost');
      await claim(node, 1);
      store.advance(DEAD_AFTER_MS);
      expect(await ids('unsettled')).toEqual([]);
      store.advance(minutes(1));
      expect(await ids('unsettled')).toEqual(['lost']);
    });

    it('is a job that was paused long ago', async () => {
      await store.jobs.add(aJob('old', { paused: true }), 'api');
      store.advance(hours(24 * 8));
      await store.jobs.add(aJob('new', { paused: true }), 'api');
      expect(await ids('pausedLong')).toEqual(['old']);
    });

    it('is a job that no live worker knows, and later an orphan', async () => {
      const node = await aNodeAtWork(store, 'north', { tasks: {} });
      await store.jobs.add(aJob('lost'), 'api');
      await store.care.care();
      expect(await ids('unknown')).toEqual(['lost']);
      store.advance(hours(1));
      await node.roster.beat();
      await store.care.care();
      expect(await ids('unknown')).toEqual([]);
      expect(await ids('orphaned')).toEqual(['lost']);
    });

    it('is a job that has missed a fire time within the last hour', async () => {
      const node = await aNodeAtWork(store);
      await aDueJobIn(store, 'late', { misfireGraceMs: 1_000 });
      store.advance(minutes(1));
      await fireDue(store, node, await lead(node));
      expect(await ids('misfired')).toEqual(['late']);
      store.advance(hours(1));
      expect(await ids('misfired')).toEqual([]);
    });

    it('is a job whose last run failed', async () => {
      for (const id of ['bad', 'good']) await store.jobs.add(aJob(id), 'api');
      for (const id of ['bad', 'good']) {
        const run = await store.jobs.runNow(id, {});
        const state = id === 'bad' ? 'failed' : 'succeeded';
        await store.amend(run.id, { state, attempt: 1, finishedAt: await clockOf(store) });
      }
      expect(await ids('failing')).toEqual(['bad']);
      const { jobs } = (await store.cluster.troubles()).failing;
      expect(jobs).toMatchObject([{ id: 'bad', inARow: 1 }]);
    });

    it('is told of runs that could start, from the oldest on', async () => {
      await store.jobs.add(aJob('a', { overlap: 'allow' }), 'api');
      const { runAt } = await store.jobs.runNow('a', {});
      store.advance(minutes(2));
      await store.jobs.runNow('a', {});
      const { waiting } = await store.cluster.troubles();
      expect(waiting).toEqual({ count: 2, oldestRunAt: runAt });
      expect(later(runAt, minutes(2)) <= (await clockOf(store))).toBe(true);
    });

    it('is not that runs wait for a slot whose task no live worker knows', async () => {
      await aNodeAtWork(store, 'north', { tasks: {} });
      await store.jobs.add(aJob('lost'), 'api');
      await store.jobs.runNow('lost', {});
      await store.care.care();
      const { waiting, unknown } = await store.cluster.troubles();
      expect(waiting.count).toBe(0);
      expect(unknown.count).toBe(1);
    });
  });
}
