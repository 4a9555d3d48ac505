import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClaimedRun } from '../../src/tasks/store/run-queue.js';
import { aJob, TASK } from '../support/builders.js';
import { aDueJobIn, aNodeAtWork, fireDue, lead, run } from './scenes.js';
import { DEAD_AFTER_MS, type MakeStore, type TestNode, type TestStore } from './test-store.js';

export function claimingContract(makeStore: MakeStore): void {
  let store: TestStore;
  let north: TestNode;
  let south: TestNode;

  beforeEach(async () => {
    store = await makeStore();
    north = await aNodeAtWork(store, 'north');
    south = await aNodeAtWork(store, 'south');
  });
  afterEach(() => store.close());

  /** As many pending runs of one job. */
  const pendingRuns = async (count: number) => {
    await store.jobs.add(aJob('report', { overlap: 'allow' }), 'api');
    for (let n = 0; n < count; n++) await store.jobs.runNow('report', { payload: n });
  };
  const jobIds = (runs: readonly ClaimedRun[]) => runs.map(({ jobId }) => jobId);
  describe('claiming', () => {
    it('makes a run this node’s, and says all that a handler needs', async () => {
      await store.jobs.add(aJob('report', { payload: { team: 7 } }), 'api');
      const asked = await store.jobs.runNow('report', {});
      const claimed = await north.queue.claim([TASK], 5);
      expect(claimed).toEqual([
        {
          runId: asked.id,
          attempt: 1,
          jobId: 'report',
          task: TASK,
          cause: 'manual',
          payload: { team: 7 },
          fireAt: asked.fireAt,
          fencingToken: null,
        },
      ]);
      expect(await run(store, asked.id)).toMatchObject({
        state: 'running',
        nodeId: north.id,
        attempt: 1,
        finishedAt: null,
        startedAt: expect.any(Date) as Date,
      });
      expect(await north.queue.claimed()).toEqual(claimed);
      expect(await south.queue.claimed()).toEqual([]);
    });

    it('hands over the payload of the ask instead of that of the job, null among them', async () => {
      await store.jobs.add(aJob('report', { payload: 'usual', overlap: 'allow' }), 'api');
      for (const ask of [{ payload: 'other' }, { payload: null }, {}]) {
        await store.jobs.runNow('report', ask);
      }
      const claimed = await north.queue.claim([TASK], 5);
      expect(claimed.map(({ payload }) => payload)).toEqual(['other', null, 'usual']);
    });

    it('names the token of the leader that fired the run', async () => {
      const token = await lead(north);
      await aDueJobIn(store, 'report');
      await fireDue(store, north, token);
      await north.roster.beat();
      expect(await north.queue.claim([TASK], 1)).toMatchObject([
        { fencingToken: token, cause: 'fired' },
      ]);
    });

    it('goes by priority, then by the time from which a run may start', async () => {
      for (const [id, priority] of [
        ['late', 1],
        ['usual', 0],
        ['urgent', -5],
        ['usual-too', 0],
      ] as const) {
        await store.jobs.add(aJob(id, { priority }), 'api');
        await store.jobs.runNow(id, {});
        store.advance(10);
      }
      const claimed = jobIds(await north.queue.claim([TASK], 3));
      expect(claimed).toEqual(['urgent', 'usual', 'usual-too']);
    });

    it('takes no more than there are slots', async () => {
      await pendingRuns(4);
      expect(await north.queue.claim([TASK], 3)).toHaveLength(3);
      expect(await north.queue.claim([TASK], 3)).toHaveLength(1);
    });

    it('takes only runs of the given tasks', async () => {
      await store.jobs.add(aJob('report'), 'api');
      await store.jobs.add(aJob('invoice', { task: 'Invoices.send' }), 'api');
      for (const id of ['report', 'invoice']) await store.jobs.runNow(id, {});
      expect(jobIds(await north.queue.claim(['Invoices.send'], 5))).toEqual(['invoice']);
      expect(await north.queue.claim(['Unheard.of'], 5)).toEqual([]);
      expect(jobIds(await north.queue.claim([TASK, 'Unheard.of'], 5))).toEqual(['report']);
    });

    it('by many at once gives no run to two of them, and none is left over', async () => {
      await pendingRuns(60);
      const claims = [north, south].flatMap((node) =>
        Array.from({ length: 4 }, () => node.queue.claim([TASK], 10)),
      );
      const claimed = (await Promise.all(claims)).flat().map(({ runId }) => runId);
      expect(new Set(claimed).size).toBe(claimed.length);
      const left = [];
      for (;;) {
        const more = await south.queue.claim([TASK], 10);
        if (more.length === 0) break;
        left.push(...more);
      }
      expect(claimed.length + left.length).toBe(60);
    });

    it('finds nothing while the cluster is paused', async () => {
      await pendingRuns(1);
      await store.cluster.pause(null);
      expect(await north.queue.claim([TASK], 1)).toEqual([]);
      await store.cluster.resume();
      expect(await north.queue.claim([TASK], 1)).toHaveLength(1);
    });

    it('finds nothing for a node that has been silent, until it is heard of again', async () => {
      await pendingRuns(1);
      store.advance(DEAD_AFTER_MS);
      expect(await north.queue.claim([TASK], 1)).toEqual([]);
      await north.roster.beat();
      expect(await north.queue.claim([TASK], 1)).toHaveLength(1);
    });

    it('finds nothing for a node that has left or was never known', async () => {
      await pendingRuns(1);
      await north.roster.leave();
      expect(await north.queue.claim([TASK], 1)).toEqual([]);
      expect(await store.node('stranger').queue.claim([TASK], 1)).toEqual([]);
    });

    it('passes over runs whose job is paused, and takes them when it is resumed', async () => {
      const token = await lead(north);
      await aDueJobIn(store, 'report');
      await fireDue(store, north, token);
      await north.roster.beat();
      await store.jobs.pause('report', null);
      expect(await north.queue.claim([TASK], 1)).toEqual([]);
      await store.jobs.resume('report');
      expect(await north.queue.claim([TASK], 1)).toHaveLength(1);
    });
  });
}
