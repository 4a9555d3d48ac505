import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_CRASHES } from '../../src/tasks/store/fire-ledger.js';
import { aJob, days, TASK } from '../support/builders.js';
import {
  aDueJobIn,
  aNodeAtWork,
  aRunningRun,
  claim,
  fireDue,
  lead,
  pruneAll,
  run,
  runsOf,
} from './scenes.js';
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
      expect(await leader.fires.settle(token)).toMatchObject({ abandoned: 1, rerun: 0 });
      const { state, error, finishedAt } = await run(store, runId);
      expect({ state, name: error?.name }).toEqual({ state: 'abandoned', name: 'NodeLost' });
      expect(error?.message).toContain('worker');
      expect(finishedAt).toBeInstanceOf(Date);
    });

    it('abandons the runs of a node that has left, at once', async () => {
      await aRunningRun(store, worker);
      await worker.roster.leave();
      expect(await leader.fires.settle(token)).toMatchObject({ abandoned: 1, rerun: 0 });
    });

    it('tells of a node that fell silent and has no runs, for a while', async () => {
      const lost = async () => {
        await leader.roster.beat();
        return (await leader.fires.atWork()).lost;
      };
      const stopped = await aNodeAtWork(store, 'stopped');
      await stopped.roster.leave();
      const busy = await aNodeAtWork(store, 'busy');
      await aRunningRun(store, busy);
      expect(await lost()).toEqual([]);
      store.advance(DEAD_AFTER_MS + 1_000);
      expect(await lost()).toEqual([{ nodeId: worker.id, name: 'worker' }]);
      await worker.roster.beat();
      expect(await lost()).toEqual([]);
      store.advance(5 * DEAD_AFTER_MS);
      expect(await lost()).toEqual([]);
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
      expect(await leader.fires.settle(token)).toMatchObject({ abandoned: 0, rerun: 0 });
      expect((await run(store, running.runId)).state).toBe('running');
      store.advance(DEAD_AFTER_MS / 2);
      expect(await leader.fires.settle(token)).toMatchObject({ abandoned: 1, rerun: 0 });
      expect((await run(store, ended.runId)).state).toBe('succeeded');
      expect((await run(store, pending)).state).toBe('pending');
    });

    describe('with jobs whose runs are run again', () => {
      const dies = async (node: TestNode) => {
        await node.roster.leave();
        return leader.fires.settle(token);
      };

      it('makes the run pending again and keeps its attempt', async () => {
        const { runId } = await aRunningRun(store, worker, 'report', { onCrash: 'rerun' });
        const { startedAt } = await run(store, runId);
        expect(await dies(worker)).toMatchObject({ abandoned: 0, rerun: 1 });
        expect(await run(store, runId)).toMatchObject({
          state: 'pending',
          attempt: 1,
          nodeId: null,
          held: null,
          error: null,
          finishedAt: null,
        });
        expect(await store.runs.attempts(runId)).toMatchObject([
          {
            attempt: 1,
            nodeId: worker.id,
            state: 'abandoned',
            startedAt,
            error: { name: 'NodeLost' },
          },
        ]);
        expect(await claim(leader, 1)).toMatchObject([{ runId, attempt: 2 }]);
      });

      it('gives a run up that brings down node after node', async () => {
        const { runId } = await aRunningRun(store, worker, 'report', { onCrash: 'rerun' });
        await dies(worker);
        for (let attempt = 2; attempt <= MAX_CRASHES; attempt++) {
          const next = await aNodeAtWork(store, `worker ${attempt}`);
          expect(await claim(next, 1)).toMatchObject([{ attempt }]);
          const last = attempt === MAX_CRASHES;
          expect(await dies(next)).toMatchObject(
            last ? { abandoned: 1, rerun: 0 } : { abandoned: 0, rerun: 1 },
          );
        }
        expect(await run(store, runId)).toMatchObject({
          state: 'abandoned',
          attempt: MAX_CRASHES,
        });
        expect(await store.runs.attempts(runId)).toHaveLength(MAX_CRASHES - 1);
      });

      it('tries it more often where the job does', async () => {
        const retry = { maxAttempts: MAX_CRASHES + 1 };
        const job = { onCrash: 'rerun', retry } as const;
        const { runId } = await aRunningRun(store, worker, 'report', job);
        await dies(worker);
        for (let attempt = 2; attempt <= MAX_CRASHES; attempt++) {
          const next = await aNodeAtWork(store, `worker ${attempt}`);
          await claim(next, 1);
          await dies(next);
        }
        expect(await run(store, runId)).toMatchObject({ state: 'pending', attempt: MAX_CRASHES });
      });

      it('has it wait until the job is resumed, if it was fired', async () => {
        await aDueJobIn(store, 'report', { onCrash: 'rerun' });
        await fireDue(store, leader, token);
        await worker.roster.beat();
        const [claimed] = await claim(worker, 1);
        await store.jobs.pause('report');
        expect(await dies(worker)).toMatchObject({ abandoned: 0, rerun: 1 });
        await leader.roster.beat();
        expect(await claim(leader, 1)).toEqual([]);
        await store.jobs.resume('report');
        expect(await claim(leader, 1)).toMatchObject([{ runId: claimed!.runId, attempt: 2 }]);
      });

      it('abandons it when the job is gone', async () => {
        await aRunningRun(store, worker, 'report', { onCrash: 'rerun' });
        await store.jobs.remove('report');
        expect(await dies(worker)).toMatchObject({ abandoned: 1, rerun: 0 });
      });
    });

    it('cancels what somebody had asked to end', async () => {
      const { runId } = await aRunningRun(store, worker, 'report', { onCrash: 'rerun' });
      await store.runs.cancel(runId, { reason: 'enough' });
      await worker.roster.leave();
      expect(await leader.fires.settle(token)).toMatchObject({ abandoned: 0, rerun: 0 });
      expect(await run(store, runId)).toMatchObject({
        state: 'cancelled',
        error: { message: 'enough' },
      });
    });

    it('counts no handler that went on after its time on a node that is dead', async () => {
      const { runId, attempt } = await aRunningRun(store, worker, 'report');
      const outcome = { runId, attempt, state: 'timed-out', handlerAlive: true } as const;
      await worker.queue.finish([outcome]);
      await leader.fires.settle(token);
      expect(await run(store, runId)).toMatchObject({ handlerAlive: true });
      await worker.roster.leave();
      expect(await leader.fires.settle(token)).toMatchObject({ abandoned: 0, rerun: 0 });
      expect(await run(store, runId)).toMatchObject({ state: 'timed-out', handlerAlive: false });
      await expect(store.jobs.runNow('report', {})).resolves.toMatchObject({ state: 'pending' });
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
      expect(await pruneAll(leader)).toBe(0);
      store.advance(120_000);
      await worker.roster.beat();
      const recent = await aRunningRun(store, worker, 'recent');
      await worker.queue.finish([{ runId: recent.runId, attempt: 1, state: 'succeeded' }]);
      expect(await pruneAll(leader)).toBe(1);
      expect(await runsOf(store, 'old')).toEqual([]);
      expect(await run(store, running.runId)).toMatchObject({ state: 'running', task: TASK });
      expect(await runsOf(store, 'pending')).toHaveLength(1);
      expect(await runsOf(store, 'recent')).toHaveLength(1);
      expect(await pruneAll(leader)).toBe(0);
    });

    it('deletes their attempts and lines with them', async () => {
      const { runId } = await aRunningRun(store, worker, 'report');
      await worker.queue.finish([{ runId, attempt: 1, state: 'failed', retryInMs: 0 }]);
      await claim(worker, 1);
      const line = { runId, attempt: 2, at: new Date(), level: 'info', message: 'hello' } as const;
      await worker.queue.report([line], []);
      await worker.queue.finish([{ runId, attempt: 2, state: 'succeeded' }]);
      store.advance(days(RETENTION_DAYS) - 60_000);
      await pruneAll(leader);
      expect(await store.runs.attempts(runId)).toHaveLength(1);
      expect(await store.runs.lines(runId, { limit: 9 })).toHaveLength(1);
      store.advance(120_000);
      expect(await pruneAll(leader)).toBe(1);
      expect(await store.runs.attempts(runId)).toEqual([]);
      expect(await store.runs.lines(runId, { limit: 9 })).toEqual([]);
    });

    it('forgets nodes that nobody has heard of for as long', async () => {
      store.advance(days(RETENTION_DAYS) + 60_000);
      await leader.roster.beat();
      await pruneAll(leader);
      expect((await store.cluster.nodes()).map(({ name }) => name)).toEqual(['leader']);
    });
  });
}
