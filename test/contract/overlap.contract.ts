import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { later, minutes } from '../support/builders.js';
import {
  aDueJobIn,
  aNodeAtWork,
  aRunningRun,
  claim,
  clockOf,
  fireDue,
  lead,
  runsOf,
} from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

export function overlapContract(makeStore: MakeStore): void {
  let store: TestStore;
  let node: TestNode;
  let token: number;

  beforeEach(async () => {
    store = await makeStore();
    node = await aNodeAtWork(store);
    token = await lead(node);
  });
  afterEach(() => store.close());

  describe('overlap', () => {
    const fireAgain = async () => {
      store.advance(minutes(1));
      await node.roster.beat();
      return fireDue(store, node, token);
    };
    const states = async () =>
      (await runsOf(store, 'report')).map(({ state, reason }) => reason ?? state);

    it('skips the fire time while an earlier run is pending or running', async () => {
      await aDueJobIn(store, 'report');
      await fireDue(store, node, token);
      expect(await fireAgain()).toMatchObject({
        moved: new Set(['report']),
        pending: 0,
        skipped: [{ jobId: 'report', reason: 'overlapped', count: 1 }],
      });
      await claim(node, 1);
      await fireAgain();
      expect(await states()).toEqual(['running', 'overlapped', 'overlapped']);
    });

    describe('while a run that makes up for an outage waits for a slot', () => {
      const afterOutage = async (job = {}) => {
        await aDueJobIn(store, 'report', job);
        store.advance(minutes(5.5));
        await node.roster.beat();
        await fireDue(store, node, token);
      };
      const fates = async () => {
        const runs = await runsOf(store, 'report');
        return runs.flatMap(({ coversTo, state, reason }) => (coversTo ? [] : [reason ?? state]));
      };

      it('fires, and that run gives way', async () => {
        await afterOutage();
        expect(await fates()).toEqual(['pending']);
        expect(await fireAgain()).toMatchObject({ pending: 1 });
        expect(await fates()).toEqual(['superseded', 'pending']);
        const [gone] = (await runsOf(store, 'report')).filter(
          ({ reason }) => reason === 'superseded',
        );
        expect(gone).toMatchObject({ state: 'cancelled', finishedAt: expect.any(Date) as Date });
      });

      it('is skipped once that run has begun', async () => {
        await afterOutage();
        await claim(node, 1);
        await fireAgain();
        expect(await fates()).toEqual(['running', 'overlapped']);
      });

      it('lets it run where runs may wait or run side by side', async () => {
        await afterOutage({ overlap: 'buffer-all' });
        await fireAgain();
        expect(await fates()).toEqual(['pending', 'pending']);
      });
    });

    it('counts a run that was asked for by hand', async () => {
      await aRunningRun(store, node, 'report');
      await fireAgain();
      expect(await states()).toEqual(['running', 'overlapped']);
    });

    it('does not count runs that have ended, or those of other jobs', async () => {
      const { runId, attempt } = await aRunningRun(store, node, 'report');
      await aRunningRun(store, node, 'other');
      await node.queue.finish([{ runId, attempt, state: 'failed' }]);
      await fireAgain();
      expect(await states()).toEqual(['failed', 'pending']);
    });

    it('writes a skipped fire time as ended, with its reason and without a range', async () => {
      await aRunningRun(store, node, 'report');
      await fireAgain();
      expect((await runsOf(store, 'report')).at(-1)).toMatchObject({
        state: 'skipped',
        reason: 'overlapped',
        coversFrom: null,
        fencingToken: token,
        finishedAt: expect.any(Date) as Date,
        startedAt: null,
      });
    });

    const messages = async () => (await runsOf(store, 'report')).map(({ error }) => error?.message);

    it('names the run that is in the way, the oldest of several', async () => {
      const { runId } = await aRunningRun(store, node, 'report', { maxInstances: 2 });
      await store.jobs.runNow('report', {});
      await fireAgain();
      expect((await runsOf(store, 'report')).at(-1)?.error).toEqual({
        name: 'Overlapped',
        message: `Run ${runId} was still running.`,
      });
    });

    it('names the handler that goes on although its time is over', async () => {
      const { runId } = await aRunningRun(store, node, 'report');
      const finishedAt = await clockOf(store);
      await store.amend(runId, { state: 'timed-out', finishedAt, handlerAlive: true });
      await fireAgain();
      expect(await states()).toEqual(['timed-out', 'overlapped']);
      expect((await messages()).at(-1)).toBe(
        `Run ${runId} was still running: its handler is still running although it timed out at ` +
          `${finishedAt.toISOString()}.`,
      );
    });

    it('tells a fire time apart that lost against one made up for with it', async () => {
      await aDueJobIn(store, 'report', { coalesce: 'all' });
      store.advance(minutes(1));
      await fireDue(store, node, token);
      expect(await states()).toEqual(['pending', 'overlapped']);
      expect((await messages())[1]).toContain('Another fire time of the job');
    });

    const waitForRetry = async (job: Parameters<typeof aRunningRun>[3] = {}) => {
      const { runId } = await aRunningRun(store, node, 'report', job);
      const runAt = later(await clockOf(store), minutes(60));
      await store.amend(runId, { state: 'pending', attempt: 1, runAt });
    };

    it('ends a run that waits for its retry: it gives way to the next fire time', async () => {
      await waitForRetry();
      await fireAgain();
      const [before, after] = await runsOf(store, 'report');
      expect(before).toMatchObject({
        state: 'failed',
        reason: 'superseded',
        finishedAt: expect.any(Date) as Date,
      });
      expect(after).toMatchObject({ state: 'pending', reason: null });
      const claimed = await claim(node, 100);
      expect(claimed.map(({ runId }) => runId)).toEqual([after!.id]);
    });

    it('counts a retry whose time has come', async () => {
      await waitForRetry();
      store.advance(minutes(61));
      await fireAgain();
      expect(await states()).toEqual(['pending', 'coalesced', 'overlapped']);
    });

    it('leaves a run that waits for its retry under `allow`', async () => {
      await waitForRetry({ overlap: 'allow' });
      await fireAgain();
      expect(await states()).toEqual(['pending', 'pending']);
    });

    it('leaves it where nothing may run anyway', async () => {
      await waitForRetry({ misfireGraceMs: 1 });
      store.advance(5);
      await fireAgain();
      expect(await states()).toEqual(['pending', 'misfired']);
    });

    it('starts the earliest candidates first, up to the instances that are free', async () => {
      await aRunningRun(store, node, 'report', { maxInstances: 3, coalesce: 'all' });
      store.advance(minutes(3));
      await fireAgain();
      expect(await states()).toEqual(['running', 'pending', 'pending', 'overlapped', 'overlapped']);
    });

    it('has no limit under `allow`', async () => {
      await aRunningRun(store, node, 'report', { overlap: 'allow', coalesce: 'all' });
      store.advance(minutes(2));
      await fireAgain();
      expect(await states()).toEqual(['running', 'pending', 'pending', 'pending']);
    });
  });
}
