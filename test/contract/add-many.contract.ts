import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidInputError, JobExistsError, TasksError } from '../../src/tasks/domain/errors.js';
import type { Added } from '../../src/tasks/store/job-store.js';
import { aJob } from '../support/builders.js';
import type { MakeStore, TestStore } from './test-store.js';

export function addManyContract(makeStore: MakeStore): void {
  let store: TestStore;

  beforeEach(async () => {
    store = await makeStore();
  });
  afterEach(() => store.close());

  const BY = { actor: 'ada', reason: 'import' };
  const past = { type: 'date', at: '2001-01-01T00:00:00.000Z' } as const;
  const ids = (became: readonly (Added | TasksError)[]) =>
    became.map((one) => (one instanceof TasksError ? one.constructor : one.job.id));
  const audited = async (action: string) =>
    (await store.cluster.audit({ limit: 100, actor: 'ada' })).items.filter(
      (row) => row.action === action,
    );

  describe('many jobs', () => {
    it('are added as each would be alone, and answered as they are stored', async () => {
      const given = { name: 'Report', payload: { deep: [1, null] }, tags: ['x'], maxRuns: 3 };
      const { job: alone } = await store.jobs.add(aJob('alone', given), 'api', 'error', BY);
      const became = await store.jobs.addMany(
        ['c', 'a', 'b'].map((id) => aJob(id, given)),
        'api',
        'error',
        BY,
      );
      expect(ids(became)).toEqual(['c', 'a', 'b']);
      const own = { id: '', createdAt: null, updatedAt: null, nextFireAt: null, trigger: null };
      for (const one of became as Added[]) {
        expect(one.created).toBe(true);
        expect(one.job).toEqual(await store.jobs.get(one.job.id));
        expect({ ...one.job, ...own }).toEqual({ ...alone, ...own });
        expect(one.job.nextFireAt).not.toBeNull();
      }
      const rows = await audited('job.add');
      expect(rows.map(({ jobId }) => String(jobId)).toSorted()).toEqual(['a', 'alone', 'b', 'c']);
      for (const row of rows) {
        expect(row).toMatchObject({
          reason: 'import',
          details: { before: null, after: { name: 'Report', payload: { deep: [1, null] } } },
        });
        const after = (row.details as { after: { nextFireAt: string } }).after;
        const stored = await store.jobs.get(row.jobId!);
        expect(new Date(after.nextFireAt)).toEqual(stored!.nextFireAt);
      }
    });

    it('are added although one would never fire and the id of another is taken', async () => {
      await store.jobs.add(aJob('taken', { priority: 7 }), 'api');
      const jobs = [aJob('a'), aJob('taken'), aJob('never', { trigger: past }), aJob('b')];
      const became = await store.jobs.addMany(jobs, 'api', 'error', BY);
      expect(ids(became)).toEqual(['a', JobExistsError, InvalidInputError, 'b']);
      expect((await store.jobs.get('taken'))!.priority).toBe(7);
      expect(await store.jobs.get('never')).toBeNull();
      expect(await audited('job.add')).toHaveLength(2);
    });

    it('are kept as they are, so that the same can be asked again', async () => {
      const jobs = [aJob('a'), aJob('b')];
      await store.jobs.addMany(jobs.slice(0, 1), 'api');
      const became = (await store.jobs.addMany(jobs, 'api', 'keep', BY)) as Added[];
      expect(became.map(({ created, job }) => [job.id, created])).toEqual([
        ['a', false],
        ['b', true],
      ]);
      expect(await audited('job.add')).toHaveLength(1);
    });

    it('are kept when their time has passed, and refused when they are not there', async () => {
      const now = (await store.cluster.state()).now.getTime();
      const trigger = { type: 'date', at: new Date(now + 60_000).toISOString() } as const;
      const jobs = ['a', 'b'].map((id) => aJob(id, { trigger }));
      await store.jobs.addMany(jobs.slice(0, 1), 'api');
      store.advance(120_000);
      const became = await store.jobs.addMany(jobs, 'api', 'keep', BY);
      expect(ids(became)).toEqual(['a', InvalidInputError]);
      expect((await store.jobs.add(jobs[0]!, 'api', 'keep', BY)).created).toBe(false);
      await expect(store.jobs.add(jobs[1]!, 'api', 'keep', BY)).rejects.toThrow('in the future');
      expect(await audited('job.add')).toEqual([]);
    });

    it('replace those that are there, each as it would alone', async () => {
      await store.jobs.addMany([aJob('a'), aJob('b')], 'api');
      await store.jobs.pause('a', { reason: 'why' });
      const jobs = [aJob('b', { priority: 5 }), aJob('new'), aJob('a', { priority: 5 })];
      const became = (await store.jobs.addMany(jobs, 'api', 'replace', BY)) as Added[];
      expect(became.map(({ created, job }) => [job.id, created, job.revision])).toEqual([
        ['b', false, 2],
        ['new', true, 1],
        ['a', false, 3],
      ]);
      expect(became[2]!.job).toMatchObject({ paused: true, pauseReason: 'why', priority: 5 });
      expect(await audited('job.replace')).toHaveLength(2);
    });

    it('are added once where two ask for the same at once', async () => {
      const jobs = ['a', 'b', 'c', 'd'].map((id) => aJob(id));
      const both = await Promise.all([
        store.jobs.addMany(jobs, 'api', 'keep'),
        store.jobs.addMany(jobs.toReversed(), 'api', 'keep'),
      ]);
      const made = (both.flat() as Added[]).filter(({ created }) => created);
      expect(made.map(({ job }) => job.id).toSorted()).toEqual(['a', 'b', 'c', 'd']);
    });
  });
}
