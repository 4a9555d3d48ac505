import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  IdempotencyConflictError,
  JobNotFoundError,
  OverlappedError,
} from '../../src/tasks/domain/errors.js';
import type { Overlap } from '../../src/tasks/domain/job.js';
import { aJob, later, minutes } from '../support/builders.js';
import { aNodeAtWork, aRunningRun, claim, clockOf, run, runsOf } from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

export function runNowPoliciesContract(makeStore: MakeStore): void {
  let store: TestStore;
  let node: TestNode;

  beforeEach(async () => {
    store = await makeStore();
    node = await aNodeAtWork(store);
  });
  afterEach(() => store.close());

  describe('a run asked for while the job is at its limit', () => {
    /** A job of one instance, which is running. */
    const busy = (overlap: Overlap, bufferLimit = 2) =>
      aRunningRun(store, node, 'report', { overlap, bufferLimit });

    it('waits its turn under buffer-one, as the only one', async () => {
      const { runId } = await busy('buffer-one');
      const waits = await store.jobs.runNow('report');
      expect(waits).toMatchObject({ state: 'pending', held: 'buffered', cause: 'manual' });
      await expect(store.jobs.runNow('report')).rejects.toMatchObject({
        liveRunId: runId,
        overlap: 'buffer-one',
      });
    });

    it('waits its turn under buffer-all, as one of so many', async () => {
      await busy('buffer-all');
      for (const _ of [1, 2]) {
        expect((await store.jobs.runNow('report')).held).toBe('buffered');
      }
      await expect(store.jobs.runNow('report')).rejects.toThrow(OverlappedError);
    });

    it('takes the place of what runs under cancel-previous, once that has ended', async () => {
      const { runId } = await busy('cancel-previous');
      const next = await store.jobs.runNow('report');
      expect(next).toMatchObject({ state: 'pending', held: 'buffered' });
      const running = await run(store, runId);
      expect(running).toMatchObject({
        state: 'running',
        cancelRequestedAt: expect.any(Date) as Date,
      });
      const later = await store.jobs.runNow('report');
      expect(await run(store, next.id)).toMatchObject({
        state: 'cancelled',
        reason: 'superseded',
        held: null,
        finishedAt: expect.any(Date) as Date,
      });
      expect(later).toMatchObject({ state: 'pending', held: 'buffered' });
      expect((await run(store, runId)).cancelRequestedAt).toEqual(running.cancelRequestedAt);
    });

    it('takes the place at once of what has not begun, under cancel-previous', async () => {
      await store.jobs.add(aJob('report', { overlap: 'cancel-previous' }), 'api');
      const { id } = await store.jobs.runNow('report');
      expect(await store.jobs.runNow('report')).toMatchObject({ state: 'pending', held: null });
      expect((await run(store, id)).state).toBe('cancelled');
    });

    it('starts under allow', async () => {
      await busy('allow');
      expect(await store.jobs.runNow('report')).toMatchObject({ state: 'pending', held: null });
    });

    it('follows the policy of whoever asks instead of that of the job', async () => {
      const { runId } = await busy('skip');
      expect((await store.jobs.runNow('report', { overlap: 'buffer-one' })).held).toBe('buffered');
      const refused = store.jobs.runNow('report', { overlap: 'buffer-one' });
      await expect(refused).rejects.toMatchObject({ liveRunId: runId, overlap: 'buffer-one' });
      expect((await store.jobs.runNow('report', { overlap: 'allow' })).held).toBeNull();
    });

    it('ends what waits for its retry, which would come back beside it', async () => {
      const { runId } = await busy('skip');
      const runAt = later(await clockOf(store), minutes(1));
      await store.amend(runId, { state: 'pending', attempt: 1, runAt });
      await store.jobs.runNow('report', { overlap: 'allow' });
      expect((await run(store, runId)).state).toBe('pending');
      await expect(store.jobs.runNow('report')).rejects.toThrow(OverlappedError);
      expect((await run(store, runId)).state).toBe('pending');
      for (const { runId: id, attempt } of await claim(node, 9)) {
        await node.queue.finish([{ runId: id, attempt, state: 'succeeded' }]);
      }
      expect(await store.jobs.runNow('report')).toMatchObject({ state: 'pending', held: null });
      expect(await run(store, runId)).toMatchObject({ state: 'failed', reason: 'superseded' });
    });

    it('names what waits where nothing runs any more', async () => {
      const { runId, attempt } = await busy('buffer-one');
      const { id } = await store.jobs.runNow('report');
      await node.queue.finish([{ runId, attempt, state: 'succeeded' }]);
      await expect(store.jobs.runNow('report')).rejects.toMatchObject({ liveRunId: id });
    });

    it('by many at once fills what room there is, and no more', async () => {
      await busy('buffer-all', 3);
      const asked = Array.from({ length: 8 }, () => store.jobs.runNow('report'));
      const answers = await Promise.allSettled(asked);
      expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    });
  });

  describe('a run asked for with a key', () => {
    beforeEach(async () => {
      await store.jobs.add(aJob('report', { overlap: 'allow' }), 'api');
    });

    it('is answered again with what it has become since', async () => {
      const ask = { payload: { n: 1 }, idempotencyKey: 'k' };
      const { id } = await store.jobs.runNow('report', ask);
      const [claimed] = await claim(node, 9);
      expect(claimed?.runId).toBe(id);
      const again = await store.jobs.runNow('report', { idempotencyKey: 'k', payload: { n: 1 } });
      expect(again).toMatchObject({ id, state: 'running' });
      expect(await runsOf(store, 'report')).toHaveLength(1);
    });

    it('is made once by many that ask at once', async () => {
      const asked = Array.from({ length: 8 }, () =>
        store.jobs.runNow('report', { idempotencyKey: 'k' }),
      );
      const ids = (await Promise.all(asked)).map(({ id }) => id);
      expect(new Set(ids).size).toBe(1);
      expect(await runsOf(store, 'report')).toHaveLength(1);
    });

    it('is refused if the key was used for another request', async () => {
      await store.jobs.runNow('report', { idempotencyKey: 'k', payload: 1 });
      for (const ask of [{ payload: 2 }, {}, { payload: 1, overlap: 'skip' as const }]) {
        const asked = store.jobs.runNow('report', { ...ask, idempotencyKey: 'k' });
        await expect(asked).rejects.toThrow(IdempotencyConflictError);
      }
    });

    it('is another one for another job, or with another key', async () => {
      await store.jobs.add(aJob('report k'), 'api');
      const asks = [
        ['report', 'k'],
        ['report', 'K'],
        ['report k', ''],
        ['report', 'k '],
      ] as const;
      const ids = new Set<string>();
      for (const [job, key] of asks) {
        ids.add((await store.jobs.runNow(job, { idempotencyKey: key })).id);
      }
      expect(ids.size).toBe(asks.length);
    });

    it('that was refused does not use the key up', async () => {
      const { runId, attempt } = await aRunningRun(store, node, 'busy');
      const ask = () => store.jobs.runNow('busy', { idempotencyKey: 'k' });
      await expect(ask()).rejects.toThrow(OverlappedError);
      await node.queue.finish([{ runId, attempt, state: 'succeeded' }]);
      expect(await ask()).toMatchObject({ state: 'pending' });
      await expect(store.jobs.runNow('unheard-of', { idempotencyKey: 'k' })).rejects.toThrow(
        JobNotFoundError,
      );
    });

    it('is answered when its job has gone', async () => {
      const { id } = await store.jobs.runNow('report', { idempotencyKey: 'k' });
      await store.jobs.remove('report');
      const again = await store.jobs.runNow('report', { idempotencyKey: 'k' });
      expect(again).toMatchObject({ id, state: 'cancelled' });
    });
  });
}
