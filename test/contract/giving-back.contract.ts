import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClaimedRun, Outcome } from '../../src/tasks/store/run-queue.js';
import { aJob } from '../support/builders.js';
import { aDueJobIn, aNodeAtWork, aRunningRun, claim, fireDue, lead, run } from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

export function givingBackContract(makeStore: MakeStore): void {
  let store: TestStore;
  let north: TestNode;
  let south: TestNode;

  beforeEach(async () => {
    store = await makeStore();
    north = await aNodeAtWork(store, 'north');
    south = await aNodeAtWork(store, 'south');
  });
  afterEach(() => store.close());

  const settled = (state: Outcome['state'], { runId, attempt }: ClaimedRun): Outcome => ({
    runId,
    attempt,
    state,
  });

  describe('giving back', () => {
    it('makes the run pending again, as if it had never been claimed', async () => {
      await store.jobs.add(aJob('report'), 'api');
      const before = await store.jobs.runNow('report', {});
      const claimed = await claim(north, 1);
      expect(await north.queue.giveBack(claimed)).toBe(1);
      expect(await run(store, before.id)).toEqual(before);
      expect(await claim(south, 1)).toMatchObject([{ runId: before.id, attempt: 1 }]);
    });

    it('cancels the run when its job is gone', async () => {
      const claimed = await aRunningRun(store, north, 'report');
      await store.jobs.remove('report');
      await north.queue.giveBack([claimed]);
      expect(await run(store, claimed.runId)).toMatchObject({
        state: 'cancelled',
        finishedAt: expect.any(Date) as Date,
      });
    });

    it('cancels the run when somebody has asked for its end', async () => {
      const claimed = await aRunningRun(store, north, 'report');
      await store.runs.cancel(claimed.runId, { reason: 'enough' });
      await north.queue.giveBack([claimed]);
      expect(await run(store, claimed.runId)).toMatchObject({
        state: 'cancelled',
        error: { message: 'enough' },
        finishedAt: expect.any(Date) as Date,
      });
      expect(await claim(north, 1)).toEqual([]);
    });

    it('leaves the run waiting when its job is paused', async () => {
      const token = await lead(north);
      await aDueJobIn(store, 'report');
      await fireDue(store, north, token);
      await north.roster.beat();
      const claimed = await claim(north, 1);
      await store.jobs.pause('report');
      await north.queue.giveBack(claimed);
      expect(await run(store, claimed[0]!.runId)).toMatchObject({ state: 'pending' });
      expect(await claim(north, 1)).toEqual([]);
      await store.jobs.resume('report');
      expect(await claim(north, 1)).toHaveLength(1);
    });

    it('does not hold a run that was asked for by hand', async () => {
      const claimed = await aRunningRun(store, north, 'report');
      await store.jobs.pause('report');
      await north.queue.giveBack([claimed]);
      expect(await claim(north, 1)).toHaveLength(1);
    });

    it('that comes late leaves alone what was claimed anew meanwhile', async () => {
      await store.jobs.add(aJob('report'), 'api');
      await store.jobs.runNow('report', {});
      await claim(north, 1);
      const late = await north.queue.claimed();
      expect(await north.queue.giveBack(late)).toBe(1);
      store.advance(5);
      const [anew] = await claim(north, 1);
      expect(anew).toMatchObject({ runId: late[0]!.runId, attempt: late[0]!.attempt });
      expect(await north.queue.giveBack(late)).toBe(0);
      expect(await run(store, anew!.runId)).toMatchObject({ state: 'running' });
      expect(await north.queue.giveBack(await north.queue.claimed())).toBe(1);
    });

    it('does nothing for another node, an older attempt or a run that has ended', async () => {
      const claimed = await aRunningRun(store, north);
      await south.queue.giveBack([claimed]);
      await north.queue.giveBack([{ ...claimed, attempt: 0 }]);
      expect(await run(store, claimed.runId)).toMatchObject({ state: 'running' });
      await north.queue.finish([settled('succeeded', claimed)]);
      expect(await north.queue.giveBack([claimed])).toBe(0);
      expect(await run(store, claimed.runId)).toMatchObject({ state: 'succeeded' });
    });
  });
}
