import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aJob, aPolicy, hours, later, minutes, TASK } from '../support/builders.js';
import { aDueJobIn, aNodeAtWork, clockOf, fireDue, lead } from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

export function dueJobsContract(makeStore: MakeStore): void {
  let store: TestStore;
  let node: TestNode;
  let token: number;

  beforeEach(async () => {
    store = await makeStore();
    node = await aNodeAtWork(store);
    token = await lead(node);
  });
  afterEach(() => store.close());

  describe('jobs that are due', () => {
    const ids = async (withinMs: number, most = 100) =>
      (await node.fires.due(withinMs, most)).jobs.map(({ jobId }) => jobId);

    it('come earliest first, as far ahead as asked', async () => {
      const now = await clockOf(store);
      for (const [id, minute] of Object.entries({ third: 30, first: 10, second: 20 })) {
        const at = later(now, minutes(minute)).toISOString();
        await store.jobs.add(aJob(id, { trigger: { type: 'date', at } }), 'api');
      }
      expect(await ids(0)).toEqual([]);
      expect(await ids(minutes(21))).toEqual(['first', 'second']);
      store.advance(minutes(60));
      expect(await ids(0)).toEqual(['first', 'second', 'third']);
    });

    it('of one instant come by id', async () => {
      const at = later(await clockOf(store), minutes(1)).toISOString();
      for (const id of ['b', 'c', 'a']) {
        await store.jobs.add(aJob(id, { trigger: { type: 'date', at } }), 'api');
      }
      expect(await ids(minutes(2))).toEqual(['a', 'b', 'c']);
    });

    it('are as many as asked, and it is said that there may be more', async () => {
      for (const id of ['a', 'b', 'c']) await store.jobs.add(aJob(id), 'api');
      expect(await node.fires.due(minutes(2), 2)).toMatchObject({
        jobs: [{ jobId: 'a' }, { jobId: 'b' }],
        more: true,
      });
      expect((await node.fires.due(minutes(2), 4)).more).toBe(false);
    });

    it('say all that the planner needs', async () => {
      const policy = aPolicy({
        misfireGraceMs: null,
        coalesce: 'all',
        overlap: 'buffer-all',
        bufferLimit: 7,
        jitterMs: 250,
        maxRuns: 12,
        timeoutMs: 3_000,
        retry: { maxAttempts: 3, delayMs: 10 },
        onCrash: 'rerun',
        transactional: true,
      });
      const trigger = { type: 'cron', expression: '* * * * *', timeZone: 'Europe/Berlin' } as const;
      await store.jobs.add(aJob('report', { ...policy, priority: -3, trigger }), 'api');
      const job = await store.jobs.get('report');
      const { jobs } = await node.fires.due(minutes(2), 1);
      expect(jobs).toEqual([
        {
          jobId: 'report',
          task: TASK,
          trigger,
          policy: { ...policy, priority: -3 },
          nextFireAt: job?.nextFireAt,
          revision: 1,
          inserts: '0',
          fired: 0,
        },
      ]);
    });

    it('are not held up by one whose row cannot be read', async () => {
      await aDueJobIn(store, 'broken');
      await aDueJobIn(store, 'sound');
      await store.spoil('broken');
      const { jobs, unreadable } = await node.fires.due(0, 10);
      expect(jobs.map(({ jobId }) => jobId)).toEqual(['sound']);
      expect(unreadable).toEqual([
        { jobId: 'broken', revision: 1, reason: expect.any(String) as string },
      ]);
    });

    it('are not those that were set aside, until they are edited', async () => {
      for (const id of ['a', 'b', 'c']) await store.jobs.add(aJob(id), 'api');
      const except = [
        { jobId: 'a', revision: 1 },
        { jobId: 'b', revision: 2 },
        { jobId: 'x', revision: 1 },
      ];
      const { jobs, more } = await node.fires.due(minutes(2), 2, except);
      expect(jobs.map(({ jobId }) => jobId)).toEqual(['b', 'c']);
      expect(more).toBe(true);
      expect((await node.fires.due(minutes(2), 3, except)).more).toBe(false);
    });

    it('may be asked for from an instant on', async () => {
      await aDueJobIn(store, 'old');
      const at = (await store.jobs.get('old'))!.nextFireAt!;
      store.advance(minutes(1));
      await aDueJobIn(store, 'new');
      const from = async (instant: Date) =>
        (await node.fires.due(0, 10, [], instant)).jobs.map(({ jobId }) => jobId);
      expect(await from(at)).toEqual(['old', 'new']);
      expect(await from(later(at, 1))).toEqual(['new']);
    });

    it('are not paused or finished ones', async () => {
      const at = later(await clockOf(store), minutes(1)).toISOString();
      await store.jobs.add(aJob('once', { trigger: { type: 'date', at } }), 'api');
      await store.jobs.add(aJob('paused'), 'api');
      await store.jobs.pause('paused');
      store.advance(minutes(2));
      expect(await ids(0)).toEqual(['once']);
      await fireDue(store, node, token);
      expect(await ids(hours(1))).toEqual([]);
    });

    it('come with the pauses of the cluster that reach behind them', async () => {
      await store.cluster.pause('before any job');
      await store.cluster.resume();
      store.advance(minutes(1));
      await aDueJobIn(store, 'report');
      await store.cluster.pause('maintenance');
      store.advance(minutes(5));
      expect((await node.fires.due(0, 1)).pauses).toMatchObject({
        paused: true,
        count: 3,
        stretches: [{ from: expect.any(Date) as Date, to: null }],
      });
      await store.cluster.resume();
      const { pauses } = await node.fires.due(0, 1);
      expect(pauses).toMatchObject({ paused: false, count: 4 });
      expect(pauses.stretches).toHaveLength(1);
      const [{ from, to }] = pauses.stretches as [{ from: Date; to: Date }];
      expect(to.getTime() - from.getTime()).toBeGreaterThanOrEqual(minutes(5));
    });
  });
}
