import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidInputError, JobNotFoundError } from '../../src/tasks/domain/errors.js';
import type { Backfill } from '../../src/tasks/domain/job-requests.js';
import { aJob, later, minutes, TASK } from '../support/builders.js';
import { aNodeAtWork, claim, clockOf, fireDue, lead, runsOf } from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

export function backfillContract(makeStore: MakeStore): void {
  let store: TestStore;
  let node: TestNode;
  let first: Date;

  beforeEach(async () => {
    store = await makeStore();
    node = await aNodeAtWork(store);
    const { job } = await store.jobs.add(aJob('report', { priority: 3 }), 'api');
    first = job.nextFireAt!;
    await store.jobs.pause('report');
    store.advance(minutes(10.5));
  });
  afterEach(() => store.close());

  const nth = (n: number) => later(first, minutes(n - 1));
  const backfill = (ask: Partial<Backfill> = {}, id = 'report') =>
    store.jobs.backfill(id, {
      from: nth(1),
      to: nth(3),
      overlap: 'buffer-all',
      limit: 100,
      dryRun: false,
      ...ask,
    });

  describe('a backfill', () => {
    it('runs each fire time of the range, behind what is live', async () => {
      const done = await backfill();
      expect(done).toMatchObject({ fireTimes: [nth(1), nth(2), nth(3)], skipped: 0, more: false });
      const now = await clockOf(store);
      const runs = await runsOf(store, 'report');
      expect(runs.map(({ fireAt }) => fireAt)).toEqual(done.fireTimes);
      for (const { runAt, ...run } of runs) {
        expect(run).toMatchObject({
          cause: 'backfill',
          state: 'pending',
          task: TASK,
          backfillId: done.backfillId,
          priority: 4,
          fencingToken: null,
        });
        expect(Math.abs(runAt.getTime() - now.getTime())).toBeLessThan(5_000);
      }
    });

    it('only tells what it would do, if that is all that is asked for', async () => {
      const told = await backfill({ dryRun: true, overlap: 'skip' });
      expect(told).toEqual({
        backfillId: null,
        fireTimes: [nth(1), nth(2), nth(3)],
        skipped: 2,
        more: false,
      });
      expect(await runsOf(store, 'report')).toEqual([]);
    });

    it('takes the earliest up to the limit, and says that there are more', async () => {
      const done = await backfill({ limit: 2 });
      expect(done).toMatchObject({ fireTimes: [nth(1), nth(2)], more: true });
      expect(await runsOf(store, 'report')).toHaveLength(2);
    });

    it('does nothing where the range has no fire time', async () => {
      const done = await backfill({ from: later(nth(1), 1), to: later(nth(2), -1) });
      expect(done).toEqual({ backfillId: null, fireTimes: [], skipped: 0, more: false });
    });

    it('is refused for what is to come, and for a range that ends before it begins', async () => {
      const tomorrow = later(await clockOf(store), minutes(1));
      await expect(backfill({ to: tomorrow })).rejects.toThrow(InvalidInputError);
      await expect(backfill({ from: nth(3), to: nth(1) })).rejects.toThrow('/from');
      await expect(backfill({ overlap: 'cancel-previous' })).rejects.toThrow('/overlap');
      expect(await runsOf(store, 'report')).toEqual([]);
    });

    it('is refused for a job that does not exist, dry or not', async () => {
      for (const dryRun of [true, false]) {
        await expect(backfill({ dryRun }, 'unheard-of')).rejects.toThrow(JobNotFoundError);
      }
    });

    it('stands beside the rows of the fires, and beside another of the same range', async () => {
      const token = await lead(node);
      await store.jobs.resume('report', 'once');
      await fireDue(store, node, token);
      const fired = await runsOf(store, 'report');
      const last = later(first, minutes(9));
      const a = await backfill({ from: last, to: last, overlap: 'allow' });
      const b = await backfill({ from: last, to: last, overlap: 'allow' });
      expect(a.backfillId).not.toBe(b.backfillId);
      expect((await runsOf(store, 'report')).slice(0, fired.length)).toEqual(fired);
      const backfilled = (await runsOf(store, 'report')).filter(
        ({ cause }) => cause === 'backfill',
      );
      expect(backfilled.map(({ fireAt }) => fireAt)).toEqual([last, last]);
    });

    it('keeps a fire that counted without it from moving the plan', async () => {
      await store.jobs.resume('report');
      const before = (await node.fires.due(minutes(5), 1)).jobs[0]!.inserts;
      await backfill({ dryRun: true });
      expect((await node.fires.due(minutes(5), 1)).jobs[0]!.inserts).toBe(before);
      await backfill();
      expect((await node.fires.due(minutes(5), 1)).jobs[0]!.inserts).not.toBe(before);
    });
  });

  describe('the runs of a backfill', () => {
    const held = async () => (await runsOf(store, 'report')).map(({ held: waits }) => waits);

    it('wait for each other as far as the instances go', async () => {
      await store.jobs.modify('report', { maxInstances: 2, bufferLimit: 1 });
      await backfill();
      expect(await held()).toEqual([null, null, 'buffered']);
    });

    it('wait for what is running', async () => {
      await store.jobs.runNow('report');
      expect((await backfill()).skipped).toBe(0);
      expect(await held()).toEqual([null, 'buffered', 'buffered', 'buffered']);
    });

    it('are skipped where the policy lets none wait, and where it lets one wait', async () => {
      expect((await backfill({ overlap: 'skip' })).skipped).toBe(2);
      expect(await runsOf(store, 'report')).toMatchObject([
        { state: 'pending', reason: null },
        { state: 'skipped', reason: 'overlapped', finishedAt: expect.any(Date) as Date },
        { state: 'skipped', reason: 'overlapped', held: null },
      ]);
      expect(await backfill({ overlap: 'buffer-one' })).toMatchObject({ skipped: 2 });
    });

    it('start all at once where the policy allows it', async () => {
      await store.jobs.runNow('report');
      await backfill({ overlap: 'allow' });
      expect(await held()).toEqual([null, null, null, null]);
    });

    it('run in turn although the job is paused, as a run by hand does', async () => {
      const token = await lead(node);
      await node.roster.beat();
      await backfill();
      for (let n = 1; n <= 3; n++) {
        const [run, ...more] = await claim(node, 10);
        expect(run?.fireAt).toEqual(nth(n));
        expect(more).toEqual([]);
        await node.queue.finish([{ runId: run!.runId, attempt: 1, state: 'succeeded' }]);
        expect(await node.fires.release(token)).toBe(n < 3 ? 1 : 0);
      }
    });

    it('say why they are cancelled when the job is removed', async () => {
      await backfill();
      await store.jobs.remove('report');
      const cancelled = (await runsOf(store, 'report')).filter(
        ({ state }) => state === 'cancelled',
      );
      expect(cancelled.map(({ error }) => error?.message)).toEqual(
        Array(3).fill('the job was removed before the run had begun'),
      );
    });

    it('are not held by a pause that comes after them, but cancelled by a removal', async () => {
      await backfill();
      await store.jobs.pause('report', { reason: 'again' });
      expect(await held()).toEqual([null, 'buffered', 'buffered']);
      await store.jobs.remove('report');
      const states = (await runsOf(store, 'report')).map(({ state }) => state);
      expect(states.slice(0, 3)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    });
  });
}
