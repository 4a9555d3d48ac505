import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  JobNotFoundError,
  OverlappedError,
  WrongStateError,
} from '../../src/tasks/domain/errors.js';
import { aJob, minutes } from '../support/builders.js';
import { runsOf } from './scenes.js';
import type { MakeStore, TestStore } from './test-store.js';

export function editManyContract(makeStore: MakeStore): void {
  let store: TestStore;

  beforeEach(async () => {
    store = await makeStore();
  });
  afterEach(() => store.close());

  const IDS = ['c', 'a', 'b'];
  /** The same fire times for all, whenever they are made. */
  const trigger = { type: 'interval', hours: 1, startAt: '2026-01-01T00:00:00.000Z' } as const;
  const BY = { actor: 'ada', reason: null };
  const bare = (job: object | null) => {
    const {
      id: _id,
      name: _name,
      createdAt: _c,
      updatedAt: _u,
      ...rest
    } = job as Record<string, unknown>;
    return rest;
  };

  describe('many jobs', () => {
    it('are paused and resumed together as each would be alone', async () => {
      for (const id of [...IDS, 'alone']) {
        await store.jobs.add(
          aJob(id, { payload: { deep: [1, null] }, tags: ['x'], trigger }),
          'api',
        );
        await store.jobs.runNow(id);
      }
      store.advance(minutes(90));
      const until = new Date('2099-01-01T00:00:00.000Z');
      const alone = await store.jobs.pause('alone', { reason: 'why', until });
      const paused = await store.jobs.pauseMany([...IDS, 'none'], { reason: 'why', until }, BY);
      expect([...paused.keys()].toSorted()).toEqual(['a', 'b', 'c', 'none']);
      expect(paused.get('none')).toBeInstanceOf(JobNotFoundError);
      for (const id of IDS) {
        const job = await store.jobs.get(id);
        expect(paused.get(id)).toEqual(job);
        expect({ ...bare(job), pausedAt: null }).toEqual({ ...bare(alone), pausedAt: null });
      }
      store.advance(minutes(5));
      await store.jobs.resume('alone', 'once');
      await store.jobs.resumeMany([...IDS, 'none'], 'once', BY);
      const rows = async (id: string) =>
        (await runsOf(store, id)).map(({ cause, state, reason, held }) => ({
          cause,
          state,
          reason,
          held,
        }));
      for (const id of IDS) {
        expect(await store.jobs.get(id)).toMatchObject({
          paused: false,
          revision: 3,
          state: 'active',
        });
        expect(await rows(id)).toEqual(await rows('alone'));
      }
    });

    it('are removed together, but for what is declared and what there is not', async () => {
      await store.jobs.add(aJob('a'), 'api');
      await store.jobs.add(aJob('b'), 'config');
      const pending = await store.jobs.runNow('a');
      const removed = await store.jobs.removeMany(['b', 'none', 'a'], BY);
      expect(removed.get('a')).toMatchObject({ id: 'a' });
      expect(removed.get('b')).toBeInstanceOf(WrongStateError);
      expect(removed.get('none')).toBeInstanceOf(JobNotFoundError);
      expect(await store.jobs.get('a')).toBeNull();
      expect(await store.jobs.get('b')).not.toBeNull();
      expect(await store.runs.get(pending.id)).toMatchObject({ state: 'cancelled' });
      const { items } = await store.cluster.audit({ limit: 20, actor: 'ada' });
      expect(items).toEqual([expect.objectContaining({ action: 'job.remove', jobId: 'a' })]);
    });

    it('run together, but for those that are at their limit', async () => {
      for (const id of ['a', 'b']) await store.jobs.add(aJob(id), 'api');
      const first = await store.jobs.runNow('a');
      const asked = await store.jobs.runMany(['b', 'a', 'none'], BY);
      expect(asked.get('b')).toMatchObject({ jobId: 'b', state: 'pending', cause: 'manual' });
      expect(asked.get('a')).toBeInstanceOf(OverlappedError);
      expect(asked.get('none')).toBeInstanceOf(JobNotFoundError);
      expect((await runsOf(store, 'a')).map(({ id }) => id)).toEqual([first.id]);
      const { items } = await store.cluster.audit({ limit: 20, actor: 'ada' });
      expect(items).toEqual([expect.objectContaining({ action: 'job.run', jobId: 'b' })]);
    });

    it('are each in the audit, and not at all where nothing is changed', async () => {
      for (const id of IDS) await store.jobs.add(aJob(id), 'api');
      await store.jobs.resumeMany(IDS, 'skip', BY);
      await store.jobs.pauseMany(IDS, { reason: 'noise' }, BY);
      const { items } = await store.cluster.audit({ limit: 20, actor: 'ada' });
      expect(items.map(({ jobId }) => String(jobId)).toSorted()).toEqual(['a', 'b', 'c']);
      for (const item of items) {
        expect(item).toMatchObject({
          action: 'job.pause',
          reason: 'noise',
          details: { before: { paused: false }, after: { paused: true, pauseReason: 'noise' } },
        });
      }
    });
  });
}
