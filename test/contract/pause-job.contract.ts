import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aJob, later, minutes } from '../support/builders.js';
import {
  aDueJobIn,
  aNodeAtWork,
  aRunningRun,
  claim,
  clockOf,
  fireDue,
  lead,
  planDue,
  run,
  runsOf,
} from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

export function pauseJobContract(makeStore: MakeStore): void {
  let store: TestStore;
  let node: TestNode;

  beforeEach(async () => {
    store = await makeStore();
    node = await aNodeAtWork(store);
  });
  afterEach(() => store.close());

  describe('pausing a job', () => {
    it('leaves it without a next fire time, with the reason', async () => {
      await store.jobs.add(aJob('report'), 'api');
      const paused = await store.jobs.pause('report', { reason: 'too loud' });
      expect(paused).toMatchObject({
        state: 'paused',
        paused: true,
        pauseReason: 'too loud',
        nextFireAt: null,
        revision: 2,
      });
      expect(await store.jobs.get('report')).toEqual(paused);
    });

    it('changes nothing else of it', async () => {
      const { job: before } = await store.jobs.add(
        aJob('report', { payload: [1], tags: ['t'], priority: 3, misfireGraceMs: null }),
        'config',
      );
      const { nextFireAt, state, paused, pausedAt, revision, updatedAt, ...kept } = before;
      expect(await store.jobs.pause('report')).toMatchObject(kept);
      expect({ state, paused, pausedAt, revision, updatedAt, nextFireAt }).toBeDefined();
    });

    it('records what was overdue as one range', async () => {
      await aDueJobIn(store, 'report');
      const fireAt = (await store.jobs.get('report'))?.nextFireAt as Date;
      store.advance(minutes(1));
      await store.jobs.pause('report');
      expect(await runsOf(store, 'report')).toMatchObject([
        {
          state: 'skipped',
          reason: 'paused',
          cause: 'fired',
          coversCount: 2,
          coversFrom: fireAt,
          coversTo: later(fireAt, minutes(1)),
          finishedAt: expect.any(Date) as Date,
        },
      ]);
    });

    it('records nothing when nothing was overdue', async () => {
      await store.jobs.add(aJob('report'), 'api');
      await store.jobs.pause('report');
      expect(await runsOf(store, 'report')).toEqual([]);
    });

    it('keeps a fire that was decided before it from moving the plan', async () => {
      const token = await lead(node);
      await aDueJobIn(store, 'report');
      const fires = await planDue(store, node);
      await store.jobs.pause('report');
      expect((await node.fires.fire(token, 0, fires)).moved).toEqual(new Set());
      const runs = await runsOf(store, 'report');
      expect(runs.map(({ reason }) => reason)).toEqual(['paused']);
    });

    it('holds pending fires, but not runs that were asked for by hand', async () => {
      const token = await lead(node);
      await aDueJobIn(store, 'report', { overlap: 'allow' });
      await fireDue(store, node, token);
      const byHand = await store.jobs.runNow('report', {});
      await store.jobs.pause('report');
      const claimed = await claim(node, 5);
      expect(claimed.map(({ runId }) => runId)).toEqual([byHand.id]);
    });

    it('lets a running run go on', async () => {
      const { runId, attempt } = await aRunningRun(store, node, 'report');
      await store.jobs.pause('report');
      expect(await node.queue.finish([{ runId, attempt, state: 'succeeded' }])).toHaveLength(1);
    });

    it('twice takes the later reason and records nothing anew', async () => {
      await aDueJobIn(store, 'report');
      await store.jobs.pause('report', { reason: 'first' });
      store.advance(minutes(5));
      expect(await store.jobs.pause('report', { reason: 'second' })).toMatchObject({
        pauseReason: 'second',
      });
      expect(await runsOf(store, 'report')).toHaveLength(1);
    });
  });

  describe('resuming a job', () => {
    it('plans from now on: what was missed is one paused row and not made up for', async () => {
      const { nextFireAt } = (await store.jobs.add(aJob('report'), 'api')).job;
      await store.jobs.pause('report', { reason: 'for a while' });
      store.advance(minutes(10.5));
      const now = await clockOf(store);
      const resumed = await store.jobs.resume('report');
      expect(resumed).toMatchObject({ state: 'active', paused: false, pauseReason: null });
      expect(resumed.nextFireAt?.getTime()).toBeGreaterThan(now.getTime());
      expect(resumed.nextFireAt).toEqual(later(nextFireAt as Date, minutes(10)));
      expect((await node.fires.due(0, 10)).jobs).toEqual([]);
      expect(await runsOf(store, 'report')).toMatchObject([
        { state: 'skipped', reason: 'paused', coversFrom: nextFireAt, coversCount: 10 },
      ]);
    });

    it('releases the runs that it held', async () => {
      const token = await lead(node);
      await aDueJobIn(store, 'report');
      await fireDue(store, node, token);
      await store.jobs.pause('report');
      await store.jobs.resume('report');
      const [claimed] = await claim(node, 5);
      expect(await run(store, claimed!.runId)).toMatchObject({ cause: 'fired', state: 'running' });
    });

    it('finishes a job that has no fire time left', async () => {
      const at = later(await clockOf(store), minutes(1)).toISOString();
      await store.jobs.add(aJob('once', { trigger: { type: 'date', at } }), 'api');
      await store.jobs.pause('once');
      store.advance(minutes(2));
      expect(await store.jobs.resume('once')).toMatchObject({
        state: 'finished',
        paused: false,
        nextFireAt: null,
      });
    });

    it('changes nothing of a job that is not paused', async () => {
      const { job } = await store.jobs.add(aJob('report'), 'api');
      expect(await store.jobs.resume('report')).toEqual(job);
    });
  });
}
