import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  JobNotFoundError,
  OverlappedError,
  RunNotFoundError,
  WrongStateError,
} from '../../src/tasks/domain/errors.js';
import { aJob, minutes } from '../support/builders.js';
import {
  aDueJobIn,
  aNodeAtWork,
  aRunningRun,
  claim,
  fireDue,
  lead,
  run,
  runsOf,
} from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

/** What can be asked of a run. */
export function runChangesContract(makeStore: MakeStore): void {
  let store: TestStore;
  let north: TestNode;

  beforeEach(async () => {
    store = await makeStore();
    north = await aNodeAtWork(store, 'north');
  });
  afterEach(() => store.close());

  const aPendingRun = async () => {
    await store.jobs.add(aJob('report'), 'api');
    return store.jobs.runNow('report', {});
  };
  const anEndedRun = async () => {
    const { runId, attempt } = await aRunningRun(store, north, 'report');
    await north.queue.finish([{ runId, attempt, state: 'failed' }]);
    return runId;
  };

  describe('cancelling', () => {
    it('a pending run ends it at once, with the reason', async () => {
      const { id } = await aPendingRun();
      const cancelled = await store.runs.cancel(id, { actor: 'ann', reason: 'a mistake' });
      expect(cancelled).toMatchObject({
        state: 'cancelled',
        error: { name: 'CancelledError', message: 'a mistake' },
        cancelRequestedAt: null,
        finishedAt: expect.any(Date) as Date,
      });
      expect(await run(store, id)).toEqual(cancelled);
      expect(await claim(north, 1)).toEqual([]);
      await expect(store.jobs.runNow('report', {})).resolves.toMatchObject({ state: 'pending' });
    });

    it('says who did it where no reason is given', async () => {
      const { id } = await aPendingRun();
      const { error } = await store.runs.cancel(id, { actor: 'ann' });
      expect(error?.message).toBe('cancelled by ann');
    });

    it('a running run tells its node, and lets its handler end', async () => {
      const { runId, attempt } = await aRunningRun(store, north);
      const asked = await store.runs.cancel(runId, { reason: 'too slow' });
      expect(asked).toMatchObject({
        state: 'running',
        cancelRequestedAt: expect.any(Date) as Date,
        finishedAt: null,
      });
      expect((await north.roster.beat()).running).toEqual([{ runId, attempt, cancel: 'too slow' }]);
      const outcome = { runId, attempt, state: 'cancelled' } as const;
      expect(await north.queue.finish([outcome])).toHaveLength(1);
      expect(await run(store, runId)).toMatchObject({ state: 'cancelled' });
    });

    it('twice is answered as once', async () => {
      const { runId } = await aRunningRun(store, north, 'running');
      const asked = await store.runs.cancel(runId, { reason: 'first' });
      store.advance(1_000);
      expect(await store.runs.cancel(runId, { reason: 'second' })).toEqual(asked);
      expect((await north.roster.beat()).running).toMatchObject([{ cancel: 'first' }]);
      const { id } = await aPendingRun();
      const cancelled = await store.runs.cancel(id);
      expect(await store.runs.cancel(id)).toEqual(cancelled);
    });

    it('a run that has ended is refused', async () => {
      const id = await anEndedRun();
      const cancelled = store.runs.cancel(id);
      await expect(cancelled).rejects.toThrow(WrongStateError);
      await expect(cancelled).rejects.toThrow(`Run ${id} has ended as failed`);
    });

    it('what does not exist is refused', async () => {
      await expect(store.runs.cancel('99')).rejects.toThrow(RunNotFoundError);
      await expect(store.runs.cancel('one')).rejects.toThrow(RunNotFoundError);
    });

    it('a run that waits for its retry ends it', async () => {
      const { runId, attempt } = await aRunningRun(store, north);
      const outcome = { runId, attempt, state: 'failed', retryInMs: minutes(1) } as const;
      await north.queue.finish([outcome]);
      expect(await store.runs.cancel(runId)).toMatchObject({ state: 'cancelled', attempt: 1 });
      store.advance(minutes(2));
      await north.roster.beat();
      expect(await claim(north, 1)).toEqual([]);
    });
  });

  describe('running again', () => {
    it('what has ended makes a new run with the same payload', async () => {
      await store.jobs.add(aJob('report', { payload: 'usual', priority: 3 }), 'api');
      const asked = await store.jobs.runNow('report', { payload: { team: 7 } });
      await claim(north, 1);
      await north.queue.finish([{ runId: asked.id, attempt: 1, state: 'failed' }]);
      const again = await store.runs.retry(asked.id);
      expect(again).toMatchObject({
        state: 'pending',
        cause: 'retry',
        retryOf: asked.id,
        attempt: 0,
        priority: 3,
        jobId: 'report',
      });
      expect(again.fireAt).toEqual(again.createdAt);
      expect(await run(store, again.id)).toEqual(again);
      expect(await claim(north, 1)).toMatchObject([{ runId: again.id, payload: { team: 7 } }]);
      expect(await run(store, asked.id)).toMatchObject({ state: 'failed' });
    });

    it('takes the payload of the job where the run had none of its own', async () => {
      await store.jobs.add(aJob('report', { payload: 'usual' }), 'api');
      const { id } = await store.jobs.runNow('report', {});
      await store.runs.cancel(id);
      await store.runs.retry(id);
      expect(await claim(north, 1)).toMatchObject([{ payload: 'usual', cause: 'retry' }]);
    });

    it('adds to what a fire compares', async () => {
      const id = await anEndedRun();
      await store.runs.retry(id);
      expect((await north.fires.due(minutes(2), 1)).jobs[0]?.inserts).toBe('2');
    });

    it('is possible for a fire time that was skipped, and while the job is paused', async () => {
      const token = await lead(north);
      await aRunningRun(store, north, 'report');
      await aDueJobIn(store, 'other');
      await fireDue(store, north, token);
      const [running, skipped] = await runsOf(store, 'report');
      expect(skipped).toMatchObject({ state: 'skipped', reason: 'overlapped' });
      await north.roster.beat();
      await north.queue.finish([{ runId: running!.id, attempt: 1, state: 'succeeded' }]);
      await store.jobs.pause('report');
      const again = await store.runs.retry(skipped!.id);
      expect(again).toMatchObject({ state: 'pending', held: null, retryOf: skipped!.id });
      const claimed = (await claim(north, 5)).map(({ runId }) => runId);
      expect(claimed).toContain(again.id);
    });

    it('is refused before the run has ended', async () => {
      const { id } = await aPendingRun();
      await expect(store.runs.retry(id)).rejects.toThrow(`Run ${id} is pending`);
      await claim(north, 1);
      await expect(store.runs.retry(id)).rejects.toThrow(WrongStateError);
    });

    it('is refused for a range of fire times', async () => {
      await aDueJobIn(store, 'report');
      store.advance(minutes(2));
      await store.jobs.pause('report');
      const [range] = await runsOf(store, 'report');
      expect(range!.coversTo).not.toBeNull();
      await expect(store.runs.retry(range!.id)).rejects.toThrow('range of fire times');
    });

    it('is refused while the job is at its limit, unless it allows more', async () => {
      const id = await anEndedRun();
      await store.jobs.runNow('report', {});
      await expect(store.runs.retry(id)).rejects.toThrow(OverlappedError);
    });

    it('is refused when the run or its job does not exist', async () => {
      const id = await anEndedRun();
      await store.jobs.remove('report');
      await expect(store.runs.retry(id)).rejects.toThrow(JobNotFoundError);
      await expect(store.runs.retry('99')).rejects.toThrow(RunNotFoundError);
      await expect(store.runs.retry('x')).rejects.toThrow(RunNotFoundError);
    });
  });
}
