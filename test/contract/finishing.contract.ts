import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClaimedRun, Outcome } from '../../src/tasks/store/run-queue.js';
import { aJob } from '../support/builders.js';
import { aNodeAtWork, aRunningRun, claim, lead, run, runsOf } from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

export function finishingContract(makeStore: MakeStore): void {
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
  const settled = (state: Outcome['state'], { runId, attempt }: ClaimedRun): Outcome => ({
    runId,
    attempt,
    state,
  });

  describe('finishing', () => {
    it('writes the outcome, and says when the job fires next', async () => {
      const claimed = await aRunningRun(store, north, 'report');
      const error = { name: 'TypeError', message: 'no team', cause: { name: 'E', message: 'm' } };
      const outcome: Outcome = { ...settled('failed', claimed), error };
      expect(await north.queue.finish([outcome])).toEqual([
        {
          runId: claimed.runId,
          attempt: 1,
          nextFireAt: (await store.jobs.get('report'))?.nextFireAt,
        },
      ]);
      expect(await run(store, claimed.runId)).toMatchObject({
        state: 'failed',
        error,
        result: null,
        nodeId: north.id,
        attempt: 1,
        finishedAt: expect.any(Date) as Date,
      });
      expect(await north.queue.claimed()).toEqual([]);
    });

    it('keeps the result', async () => {
      const claimed = await aRunningRun(store, north);
      const result = { rows: [1, 'two', null], nested: { ok: true } };
      await north.queue.finish([{ ...settled('succeeded', claimed), result }]);
      expect(await run(store, claimed.runId)).toMatchObject({ state: 'succeeded', result });
    });

    it('takes many outcomes at once, each to its own run', async () => {
      await pendingRuns(20);
      const claimed = await claim(north, 20);
      await north.queue.finish(
        claimed.map((one) => ({ ...settled('succeeded', one), result: one.payload })),
      );
      const runs = await runsOf(store, 'report');
      expect(runs.map(({ result }) => result)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    });

    it('is refused to a node that does not have the claim', async () => {
      const claimed = await aRunningRun(store, north);
      expect(await south.queue.finish([settled('failed', claimed)])).toEqual([]);
      expect(await run(store, claimed.runId)).toMatchObject({ state: 'running', error: null });
    });

    it('is refused to an older attempt', async () => {
      const first = await aRunningRun(store, north);
      const stale = { ...first, attempt: 0 };
      expect(await north.queue.finish([settled('failed', stale)])).toEqual([]);
      expect(await run(store, first.runId)).toMatchObject({ state: 'running' });
    });

    it('is refused once the run was settled, and leaves it as it is', async () => {
      const token = await lead(south);
      const claimed = await aRunningRun(store, north);
      await north.roster.leave();
      await south.fires.settle(token);
      const before = await run(store, claimed.runId);
      const outcome = { ...settled('succeeded', claimed), result: 'late' };
      expect(await north.queue.finish([outcome])).toEqual([]);
      expect(await run(store, claimed.runId)).toEqual(before);
      expect(before.state).toBe('abandoned');
    });

    it('takes the rest where one outcome is refused', async () => {
      const mine = await aRunningRun(store, north, 'mine');
      const theirs = await aRunningRun(store, south, 'theirs');
      const recorded = await north.queue.finish([
        settled('succeeded', theirs),
        settled('succeeded', mine),
      ]);
      expect(recorded.map(({ runId }) => runId)).toEqual([mine.runId]);
    });

    it('repeated after a lost answer is answered as recorded, and changes nothing', async () => {
      const outcome = settled('succeeded', await aRunningRun(store, north));
      const first = await north.queue.finish([outcome]);
      const written = await run(store, outcome.runId);
      store.advance(1_000);
      expect(await north.queue.finish([outcome])).toEqual(first);
      expect(await run(store, outcome.runId)).toEqual(written);
    });

    it('tells of no next fire time when the job is gone', async () => {
      const claimed = await aRunningRun(store, north, 'report');
      await store.jobs.remove('report');
      expect(await north.queue.finish([settled('succeeded', claimed)])).toMatchObject([
        { nextFireAt: null },
      ]);
    });
  });
}
