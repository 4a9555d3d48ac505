import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aJob, minutes } from '../support/builders.js';
import { aDueJobIn, aNodeAtWork, aRunningRun, claim, fireDue, lead, runsOf } from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

export function maxRunsContract(makeStore: MakeStore): void {
  let store: TestStore;
  let node: TestNode;
  let token: number;

  beforeEach(async () => {
    store = await makeStore();
    node = await aNodeAtWork(store);
    token = await lead(node);
  });
  afterEach(() => store.close());

  const fireAgain = async () => {
    store.advance(minutes(1));
    await node.roster.beat();
    return fireDue(store, node, token);
  };
  /** What became of the runs of the job: why they were skipped or ended, what they wait for. */
  const fates = async () =>
    (await runsOf(store, 'report')).map(({ state, reason, held }) => reason ?? held ?? state);

  const job = async () => {
    const { state, nextFireAt } = (await store.jobs.get('report'))!;
    return [state, nextFireAt === null ? 'not planned' : 'planned'];
  };
  const finishAll = async () => {
    const runs = await claim(node, 100);
    await node.queue.finish(
      runs.map(({ runId, attempt }) => ({ runId, attempt, state: 'succeeded' })),
    );
  };

  describe('a job that may run so many times only', () => {
    it('is finished by the fire that starts the last of them', async () => {
      await aDueJobIn(store, 'report', { maxRuns: 2 });
      await fireDue(store, node, token);
      expect(await job()).toEqual(['active', 'planned']);
      await finishAll();
      await fireAgain();
      expect(await job()).toEqual(['finished', 'not planned']);
      await fireAgain();
      expect(await fates()).toEqual(['succeeded', 'pending']);
    });

    it('does not count what is skipped', async () => {
      await aRunningRun(store, node, 'report', { maxRuns: 1 });
      await fireAgain();
      expect(await job()).toEqual(['active', 'planned']);
      await store.amend((await runsOf(store, 'report'))[0]!.id, { state: 'succeeded' });
      await fireAgain();
      expect(await fates()).toEqual(['succeeded', 'overlapped', 'pending']);
      expect(await job()).toEqual(['finished', 'not planned']);
    });

    it('counts what waits its turn, and it still gets it', async () => {
      const policy = { maxRuns: 1, overlap: 'buffer-one' } as const;
      const { runId, attempt } = await aRunningRun(store, node, 'report', policy);
      await fireAgain();
      expect(await fates()).toEqual(['running', 'buffered']);
      expect(await job()).toEqual(['finished', 'not planned']);
      await node.queue.finish([{ runId, attempt, state: 'succeeded' }]);
      expect(await node.fires.release(token)).toBe(1);
    });

    it('does not count runs that were asked for by hand', async () => {
      await store.jobs.add(aJob('report', { maxRuns: 1 }), 'api');
      await store.jobs.runNow('report', {});
      await finishAll();
      expect(await job()).toEqual(['active', 'planned']);
      await fireAgain();
      expect(await fates()).toEqual(['succeeded', 'pending']);
    });

    it('makes up for no more of a backlog than it has left', async () => {
      const policy = { maxRuns: 2, coalesce: 'all', overlap: 'allow' } as const;
      await aDueJobIn(store, 'report', policy);
      store.advance(minutes(3));
      await fireDue(store, node, token);
      expect(await fates()).toEqual(['limit', 'pending', 'pending']);
      expect((await runsOf(store, 'report'))[0]).toMatchObject({ coversCount: 2 });
      expect(await job()).toEqual(['finished', 'not planned']);
    });

    it('says how many it has had', async () => {
      await aDueJobIn(store, 'report', { maxRuns: 9, overlap: 'allow' });
      await fireDue(store, node, token);
      await fireAgain();
      expect((await node.fires.due(minutes(2), 1)).jobs).toMatchObject([{ fired: 2 }]);
    });
  });
}
