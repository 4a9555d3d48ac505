import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { minutes, TASK } from '../support/builders.js';
import { aDueJobIn, aNodeAtWork, aRunningRun, fireDue, lead, runsOf } from './scenes.js';
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
      expect(await fireAgain()).toMatchObject({ moved: new Set(['report']), pending: 0 });
      await node.queue.claim([TASK], 1);
      await fireAgain();
      expect(await states()).toEqual(['running', 'overlapped', 'overlapped']);
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
