import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aJob, days, TASK } from '../support/builders.js';
import { aNodeAtWork, aRunningRun, lead, run, runsOf } from './scenes.js';
import {
  DEAD_AFTER_MS,
  RETENTION_DAYS,
  type MakeStore,
  type TestNode,
  type TestStore,
} from './test-store.js';

export function settlingContract(makeStore: MakeStore): void {
  let store: TestStore;
  let leader: TestNode;
  let worker: TestNode;
  let token: number;

  beforeEach(async () => {
    store = await makeStore();
    leader = await aNodeAtWork(store, 'leader');
    worker = await aNodeAtWork(store, 'worker');
    token = await lead(leader);
  });
  afterEach(() => store.close());

  describe('settling', () => {
    it('abandons the runs of a node that has been silent for too long', async () => {
      const { runId } = await aRunningRun(store, worker);
      store.advance(DEAD_AFTER_MS);
      await leader.roster.beat();
      expect(await leader.fires.settle(token)).toBe(1);
      const { state, error, finishedAt } = await run(store, runId);
      expect({ state, name: error?.name }).toEqual({ state: 'abandoned', name: 'NodeLost' });
      expect(error?.message).toContain('worker');
      expect(finishedAt).toBeInstanceOf(Date);
    });

    it('abandons the runs of a node that has left, at once', async () => {
      await aRunningRun(store, worker);
      await worker.roster.leave();
      expect(await leader.fires.settle(token)).toBe(1);
    });

    it('leaves alone the runs of nodes that are alive, and whatever does not run', async () => {
      const running = await aRunningRun(store, worker, 'running');
      const ended = await aRunningRun(store, worker, 'ended');
      await worker.queue.finish([
        { runId: ended.runId, attempt: ended.attempt, state: 'succeeded' },
      ]);
      await store.jobs.add(aJob('pending'), 'api');
      const { id: pending } = await store.jobs.runNow('pending', {});
      store.advance(DEAD_AFTER_MS / 2);
      expect(await leader.fires.settle(token)).toBe(0);
      expect((await run(store, running.runId)).state).toBe('running');
      store.advance(DEAD_AFTER_MS / 2);
      expect(await leader.fires.settle(token)).toBe(1);
      expect((await run(store, ended.runId)).state).toBe('succeeded');
      expect((await run(store, pending)).state).toBe('pending');
    });

    it('frees the instance of the job', async () => {
      await aRunningRun(store, worker, 'report');
      await worker.roster.leave();
      await leader.fires.settle(token);
      await expect(store.jobs.runNow('report', {})).resolves.toMatchObject({ state: 'pending' });
    });
  });

  describe('pruning', () => {
    it('deletes runs that ended before the retention, and no others', async () => {
      const old = await aRunningRun(store, worker, 'old');
      await worker.queue.finish([{ runId: old.runId, attempt: 1, state: 'failed' }]);
      const running = await aRunningRun(store, worker, 'running');
      await store.jobs.add(aJob('pending'), 'api');
      await store.jobs.runNow('pending', {});
      store.advance(days(RETENTION_DAYS) - 60_000);
      expect(await leader.fires.prune(token)).toBe(0);
      store.advance(120_000);
      await worker.roster.beat();
      const recent = await aRunningRun(store, worker, 'recent');
      await worker.queue.finish([{ runId: recent.runId, attempt: 1, state: 'succeeded' }]);
      expect(await leader.fires.prune(token)).toBe(1);
      expect(await runsOf(store, 'old')).toEqual([]);
      expect(await run(store, running.runId)).toMatchObject({ state: 'running', task: TASK });
      expect(await runsOf(store, 'pending')).toHaveLength(1);
      expect(await runsOf(store, 'recent')).toHaveLength(1);
      expect(await leader.fires.prune(token)).toBe(0);
    });

    it('forgets nodes that nobody has heard of for as long', async () => {
      store.advance(days(RETENTION_DAYS) + 60_000);
      await leader.roster.beat();
      await leader.fires.prune(token);
      expect((await store.cluster.nodes()).map(({ name }) => name)).toEqual(['leader']);
    });
  });
}
