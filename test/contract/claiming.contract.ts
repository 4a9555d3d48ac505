import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AGED_AFTER_MS } from '../../src/tasks/domain/pick-runs.js';
import type { ClaimedRun } from '../../src/tasks/store/run-queue.js';
import { aJob, TASK } from '../support/builders.js';
import { aDueJobIn, aNodeAtWork, aRunningRun, claim, fireDue, lead, run } from './scenes.js';
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
      const claimed = await claim(north, 5);
      expect(claimed).toEqual([
        {
          runId: asked.id,
          attempt: 1,
          jobId: 'report',
          task: TASK,
          cause: 'manual',
          payload: { team: 7 },
          fireAt: asked.fireAt,
          runAt: asked.runAt,
          fencingToken: null,
          policy: { timeoutMs: null, retry: { maxAttempts: 1 }, transactional: false },
        },
      ]);
      expect(await run(store, asked.id)).toMatchObject({
        state: 'running',
        nodeId: north.id,
        attempt: 1,
        finishedAt: null,
        startedAt: expect.any(Date) as Date,
      });
      expect(await north.queue.claimed()).toMatchObject(claimed);
      expect(await south.queue.claimed()).toEqual([]);
    });

    it('hands over the payload of the ask instead of that of the job, null among them', async () => {
      await store.jobs.add(aJob('report', { payload: 'usual', overlap: 'allow' }), 'api');
      for (const ask of [{ payload: 'other' }, { payload: null }, {}]) {
        await store.jobs.runNow('report', ask);
      }
      const claimed = await claim(north, 5);
      expect(claimed.map(({ payload }) => payload)).toEqual(['other', null, 'usual']);
    });

    it('names the token of the leader that fired the run', async () => {
      const token = await lead(north);
      await aDueJobIn(store, 'report');
      await fireDue(store, north, token);
      await north.roster.beat();
      expect(await claim(north, 1)).toMatchObject([{ fencingToken: token, cause: 'fired' }]);
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
      const claimed = jobIds(await claim(north, 3));
      expect(claimed).toEqual(['urgent', 'usual', 'usual-too']);
    });

    it('takes no more than there are slots', async () => {
      await pendingRuns(4);
      expect(await claim(north, 3)).toHaveLength(3);
      expect(await claim(north, 3)).toHaveLength(1);
    });

    it('takes only runs of the given tasks', async () => {
      await store.jobs.add(aJob('report'), 'api');
      await store.jobs.add(aJob('invoice', { task: 'Invoices.send' }), 'api');
      for (const id of ['report', 'invoice']) await store.jobs.runNow(id, {});
      expect(jobIds(await claim(north, 5, ['Invoices.send']))).toEqual(['invoice']);
      expect(await claim(north, 5, ['Unheard.of'])).toEqual([]);
      expect(jobIds(await claim(north, 5, [TASK, 'Unheard.of']))).toEqual(['report']);
    });

    it('by many at once gives no run to two of them, and none is left over', async () => {
      await pendingRuns(60);
      const claims = [north, south].flatMap((node) =>
        Array.from({ length: 4 }, () => claim(node, 10)),
      );
      const claimed = (await Promise.all(claims)).flat().map(({ runId }) => runId);
      expect(new Set(claimed).size).toBe(claimed.length);
      const left = [];
      for (;;) {
        const more = await claim(south, 10);
        if (more.length === 0) break;
        left.push(...more);
      }
      expect(claimed.length + left.length).toBe(60);
    });

    it('says what the end of a run follows', async () => {
      const retry = { maxAttempts: 3, backoff: 'fixed', delayMs: 250 } as const;
      await store.jobs.add(aJob('report', { timeoutMs: 5_000, retry, transactional: true }), 'api');
      await store.jobs.runNow('report', {});
      const policy = { timeoutMs: 5_000, retry, transactional: true };
      expect(await claim(north, 1)).toMatchObject([{ policy }]);
      expect(await north.queue.claimed()).toMatchObject([{ policy }]);
    });

    it('lets a run that has waited for a minute have its turn among more urgent ones', async () => {
      for (const [id, priority] of [
        ['lazier', 10],
        ['lazy', 9],
        ['urgent', -5],
        ['more-urgent', -6],
      ] as const) {
        if (id === 'urgent') store.advance(AGED_AFTER_MS);
        await store.jobs.add(aJob(id, { priority }), 'api');
        await store.jobs.runNow(id, {});
      }
      const turn = async (n: number) => jobIds((await north.queue.claim([TASK], 1, {}, n)).runs);
      expect(await turn(0)).toEqual(['more-urgent']);
      expect(await turn(1)).toEqual(['lazier']);
      expect(await turn(2)).toEqual(['urgent']);
    });

    it('lets a run that is on time have its turn beside a flood', async () => {
      await pendingRuns(5);
      store.advance(1_000);
      await store.jobs.add(aJob('on-time', { priority: 7 }), 'api');
      await store.jobs.runNow('on-time', {});
      store.advance(1_000);
      await store.jobs.runNow('report', {});
      const claimed = (await north.queue.claim([TASK], 2, {}, 2)).runs;
      expect(jobIds(claimed)).toEqual(['report', 'on-time']);
      expect(claimed[0]?.payload).toBe(0);
    });

    it('goes by priority as long as nothing has waited for a minute', async () => {
      await store.jobs.add(aJob('lazy', { priority: 9 }), 'api');
      await store.jobs.runNow('lazy', {});
      store.advance(AGED_AFTER_MS - 5_000);
      await store.jobs.add(aJob('urgent', { priority: -5 }), 'api');
      await store.jobs.runNow('urgent', {});
      expect(jobIds(await claim(north, 2))).toEqual(['urgent', 'lazy']);
    });

    it('says when the next run may start', async () => {
      const { runId, attempt } = await aRunningRun(store, north);
      expect((await north.queue.claim([TASK], 1)).nextInMs).toBeNull();
      const outcome = { runId, attempt, state: 'failed', retryInMs: 30_000 } as const;
      await north.queue.finish([outcome]);
      const { runs, nextInMs } = await north.queue.claim([TASK], 1);
      expect(runs).toEqual([]);
      expect(nextInMs).toBeGreaterThan(20_000);
      expect(nextInMs).toBeLessThanOrEqual(30_000);
      expect((await north.queue.claim(['Unheard.of'], 1)).nextInMs).toBeNull();
      await store.jobs.add(aJob('other'), 'api');
      await store.jobs.runNow('other', {});
      expect(await north.queue.claim([TASK], 1)).toMatchObject({
        runs: [{ jobId: 'other' }],
        nextInMs: expect.any(Number) as number,
      });
    });

    describe('tasks that have a limit', () => {
      beforeEach(async () => {
        for (const id of ['a', 'b', 'c']) await store.jobs.add(aJob(id, { priority: -1 }), 'api');
        await store.jobs.add(aJob('d', { task: 'Invoices.send' }), 'api');
        for (const id of ['a', 'b', 'c', 'd']) await store.jobs.runNow(id, {});
      });
      const both = [TASK, 'Invoices.send'];
      const limited = async (slots: number, limits: Record<string, number>) =>
        jobIds((await north.queue.claim(both, slots, limits)).runs);

      it('are taken up to it, and do not hide the others behind them', async () => {
        expect(await limited(3, { [TASK]: 1 })).toEqual(['a', 'd']);
        expect(await limited(3, { [TASK]: 2 })).toEqual(['b', 'c']);
      });

      it('are not taken at all when nothing is left of it', async () => {
        expect(await limited(3, { [TASK]: 0 })).toEqual(['d']);
        expect(await limited(3, { [TASK]: 0 })).toEqual([]);
      });

      it('are taken by priority beside the others, and no more than there are slots', async () => {
        expect(await limited(2, { 'Invoices.send': 1, [TASK]: 9 })).toEqual(['a', 'b']);
        expect(await limited(1, { [TASK]: 1 })).toEqual(['c']);
      });

      it('have the same limit for runs that have waited for a minute', async () => {
        store.advance(AGED_AFTER_MS);
        await store.jobs.add(aJob('e', { priority: -9 }), 'api');
        await store.jobs.runNow('e', {});
        expect(await limited(4, { [TASK]: 2 })).toEqual(['e', 'a', 'd']);
        expect(await limited(4, { [TASK]: 2 })).toEqual(['b', 'c']);
      });
    });

    it('finds nothing while the cluster is paused', async () => {
      await pendingRuns(1);
      await store.cluster.pause(null);
      expect(await claim(north, 1)).toEqual([]);
      await store.cluster.resume();
      expect(await claim(north, 1)).toHaveLength(1);
    });

    it('finds nothing for a node that has been silent, until it is heard of again', async () => {
      await pendingRuns(1);
      store.advance(DEAD_AFTER_MS);
      expect(await claim(north, 1)).toEqual([]);
      await north.roster.beat();
      expect(await claim(north, 1)).toHaveLength(1);
    });

    it('finds nothing for a node that has left or was never known', async () => {
      await pendingRuns(1);
      await north.roster.leave();
      expect(await claim(north, 1)).toEqual([]);
      expect(await claim(store.node('stranger'), 1)).toEqual([]);
    });

    it('passes over runs whose job is paused, and takes them when it is resumed', async () => {
      const token = await lead(north);
      await aDueJobIn(store, 'report');
      await fireDue(store, north, token);
      await north.roster.beat();
      await store.jobs.pause('report');
      expect(await claim(north, 1)).toEqual([]);
      await store.jobs.resume('report');
      expect(await claim(north, 1)).toHaveLength(1);
    });
  });
}
