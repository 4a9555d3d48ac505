import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewJob } from '../../src/tasks/domain/job.js';
import type { RunAttempt } from '../../src/tasks/domain/run.js';
import type { ClaimedRun, Outcome } from '../../src/tasks/store/run-queue.js';
import { hours, minutes } from '../support/builders.js';
import { aDueJobIn, aNodeAtWork, aRunningRun, claim, fireDue, lead, run } from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

/** What becomes of a run that failed, or whose handler went on after its time. */
export function retryingContract(makeStore: MakeStore): void {
  let store: TestStore;
  let north: TestNode;
  let south: TestNode;

  beforeEach(async () => {
    store = await makeStore();
    north = await aNodeAtWork(store, 'north');
    south = await aNodeAtWork(store, 'south');
  });
  afterEach(() => store.close());

  const error = { name: 'TypeError', message: 'no team' };
  const failed = ({ runId, attempt }: ClaimedRun, retryInMs = minutes(1)): Outcome => ({
    runId,
    attempt,
    state: 'failed',
    error,
    retryInMs,
  });
  /** A run that a trigger named, running on `north`. */
  const aFiredRun = async (job: Partial<NewJob> = {}) => {
    const token = await lead(north);
    await aDueJobIn(store, 'report', job);
    await fireDue(store, north, token);
    await north.roster.beat();
    return (await claim(north, 1))[0]!;
  };

  describe('a run that is to be tried again', () => {
    it('is pending until then, and its attempt is kept', async () => {
      const claimed = await aRunningRun(store, north, 'report');
      const before = await run(store, claimed.runId);
      const { nextFireAt } = (await store.jobs.get('report'))!;
      expect(await north.queue.finish([failed(claimed)])).toEqual([
        { runId: claimed.runId, attempt: 1, nextFireAt },
      ]);
      const waits = await run(store, claimed.runId);
      expect(waits).toMatchObject({
        state: 'pending',
        attempt: 1,
        nodeId: null,
        held: null,
        startedAt: null,
        finishedAt: null,
        error: null,
      });
      expect(await store.runs.attempts(claimed.runId)).toEqual([
        {
          attempt: 1,
          nodeId: north.id,
          state: 'failed',
          startedAt: before.startedAt,
          finishedAt: expect.any(Date) as Date,
          error,
        },
      ]);
      const [{ finishedAt }] = (await store.runs.attempts(claimed.runId)) as [RunAttempt];
      // The database's clock goes on within a statement.
      const waitMs = waits.runAt.getTime() - finishedAt.getTime();
      expect(Math.abs(waitMs - minutes(1))).toBeLessThan(1_000);
    });

    it('is claimed once its time has come, by any node, as the next attempt', async () => {
      const { runId } = await aRunningRun(store, north);
      await north.queue.finish([failed({ runId, attempt: 1 } as ClaimedRun, minutes(1))]);
      expect(await claim(south, 1)).toEqual([]);
      store.advance(minutes(1));
      const [second] = await claim(south, 1);
      expect(second).toMatchObject({ runId, attempt: 2 });
      await south.queue.finish([{ runId, attempt: 2, state: 'succeeded', result: 7 }]);
      expect(await run(store, runId)).toMatchObject({ state: 'succeeded', attempt: 2, result: 7 });
      expect((await store.runs.attempts(runId)).map(({ attempt }) => attempt)).toEqual([1]);
    });

    it('keeps every attempt, in order', async () => {
      const first = await aRunningRun(store, north);
      await north.queue.finish([failed(first, 0)]);
      const [second] = await claim(south, 1);
      await south.queue.finish([{ ...failed(second!, 0), state: 'timed-out' }]);
      expect(await claim(north, 1)).toMatchObject([{ attempt: 3 }]);
      expect(await store.runs.attempts(first.runId)).toMatchObject([
        { attempt: 1, state: 'failed', nodeId: north.id },
        { attempt: 2, state: 'timed-out', nodeId: south.id },
      ]);
    });

    it('is not skipped for its misfire grace: that was met the first time', async () => {
      const claimed = await aFiredRun({ misfireGraceMs: minutes(5) });
      await north.queue.finish([failed(claimed, hours(1))]);
      store.advance(hours(2));
      await north.roster.beat();
      expect(await claim(north, 1)).toMatchObject([{ runId: claimed.runId, attempt: 2 }]);
    });

    it('written again after a lost answer is answered as recorded, and kept once', async () => {
      const claimed = await aRunningRun(store, north);
      const first = await north.queue.finish([failed(claimed)]);
      const waits = await run(store, claimed.runId);
      store.advance(1_000);
      expect(await north.queue.finish([failed(claimed)])).toEqual(first);
      expect(await run(store, claimed.runId)).toEqual(waits);
      expect(await store.runs.attempts(claimed.runId)).toHaveLength(1);
    });

    it('is refused to another node, and to an older attempt', async () => {
      const claimed = await aRunningRun(store, north);
      expect(await south.queue.finish([failed(claimed)])).toEqual([]);
      expect(await north.queue.finish([failed({ ...claimed, attempt: 0 })])).toEqual([]);
      expect(await run(store, claimed.runId)).toMatchObject({ state: 'running', attempt: 1 });
    });

    it('is written beside outcomes that are the last ones', async () => {
      const again = await aRunningRun(store, north, 'again');
      const done = await aRunningRun(store, north, 'done');
      const { runId, attempt } = done;
      const outcomes = [failed(again), { runId, attempt, state: 'succeeded' } as const];
      const recorded = await north.queue.finish(outcomes);
      expect(recorded.map((one) => one.runId).sort()).toEqual([again.runId, runId].sort());
      expect((await run(store, again.runId)).state).toBe('pending');
      expect((await run(store, runId)).state).toBe('succeeded');
    });

    it('waits until its job is resumed, if it was fired', async () => {
      const claimed = await aFiredRun();
      await store.jobs.pause('report');
      await north.queue.finish([failed(claimed, 0)]);
      expect(await run(store, claimed.runId)).toMatchObject({ state: 'pending', held: 'paused' });
      expect(await claim(north, 1)).toEqual([]);
      await store.jobs.resume('report');
      expect(await claim(north, 1)).toMatchObject([{ runId: claimed.runId, attempt: 2 }]);
    });

    it('does not wait for a paused job if it was asked for by hand', async () => {
      const claimed = await aRunningRun(store, north, 'report');
      await store.jobs.pause('report');
      await north.queue.finish([failed(claimed, 0)]);
      expect(await claim(north, 1)).toMatchObject([{ runId: claimed.runId }]);
    });

    it('ends when its job is gone', async () => {
      const claimed = await aRunningRun(store, north, 'report');
      await store.jobs.remove('report');
      expect(await north.queue.finish([failed(claimed)])).toMatchObject([{ nextFireAt: null }]);
      expect(await run(store, claimed.runId)).toMatchObject({
        state: 'failed',
        error,
        nodeId: north.id,
        finishedAt: expect.any(Date) as Date,
      });
      expect(await store.runs.attempts(claimed.runId)).toEqual([]);
      expect(await north.queue.finish([failed(claimed)])).toHaveLength(1);
    });

    it('is cancelled when somebody has asked for its end', async () => {
      const claimed = await aRunningRun(store, north);
      await store.runs.cancel(claimed.runId);
      expect(await north.queue.finish([failed(claimed)])).toHaveLength(1);
      expect(await run(store, claimed.runId)).toMatchObject({ state: 'cancelled', error });
      expect(await north.queue.finish([failed(claimed)])).toHaveLength(1);
      expect(await claim(north, 1)).toEqual([]);
    });

    it('is not started beside a handler that goes on', async () => {
      const claimed = await aRunningRun(store, north);
      const outcome = { ...failed(claimed, 0), state: 'timed-out', handlerAlive: true } as const;
      expect(await north.queue.finish([outcome])).toHaveLength(1);
      expect(await run(store, claimed.runId)).toMatchObject({
        state: 'timed-out',
        handlerAlive: true,
        error,
      });
    });
  });

  describe('a handler that goes on after its time', () => {
    const overdue = async () => {
      const { runId, attempt } = await aRunningRun(store, north, 'report');
      const outcome = { runId, attempt, state: 'timed-out', handlerAlive: true } as const;
      await north.queue.finish([outcome]);
      return { runId, attempt };
    };

    it('keeps its instance until it has returned', async () => {
      const claimed = await overdue();
      await expect(store.jobs.runNow('report', {})).rejects.toMatchObject({
        liveRunId: claimed.runId,
      });
      await north.queue.returned([claimed]);
      expect(await run(store, claimed.runId)).toMatchObject({
        state: 'timed-out',
        handlerAlive: false,
      });
      await expect(store.jobs.runNow('report', {})).resolves.toMatchObject({ state: 'pending' });
    });

    it('is not said to have returned by another node or for another attempt', async () => {
      const claimed = await overdue();
      await south.queue.returned([claimed]);
      await north.queue.returned([{ ...claimed, attempt: 2 }]);
      expect(await run(store, claimed.runId)).toMatchObject({ handlerAlive: true });
    });
  });
}
