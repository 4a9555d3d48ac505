import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OverlappedError } from '../../src/tasks/domain/errors.js';
import { aJob, minutes, TASK } from '../support/builders.js';
import {
  aDueJobIn,
  aNodeAtWork,
  aRunningRun,
  claim,
  clockOf,
  fireDue,
  lead,
  run,
} from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

export function runNowContract(makeStore: MakeStore): void {
  let store: TestStore;
  let node: TestNode;

  beforeEach(async () => {
    store = await makeStore();
    node = await aNodeAtWork(store);
  });
  afterEach(() => store.close());

  describe('running a job by hand', () => {
    it('inserts a pending run of that instant, which can be claimed at once', async () => {
      await store.jobs.add(aJob('report', { priority: 2 }), 'api');
      const before = await clockOf(store);
      const asked = await store.jobs.runNow('report', {});
      expect(asked).toMatchObject({
        jobId: 'report',
        task: TASK,
        cause: 'manual',
        state: 'pending',
        attempt: 0,
        fencingToken: null,
        nodeId: null,
        priority: 2,
        runAt: asked.fireAt,
        createdAt: asked.fireAt,
      });
      expect(asked.fireAt.getTime()).toBeGreaterThanOrEqual(before.getTime() - 1);
      expect(await run(store, asked.id)).toEqual(asked);
      expect(await claim(node, 1)).toMatchObject([{ runId: asked.id }]);
    });

    it('does not touch the plan', async () => {
      const { job } = await store.jobs.add(aJob('report'), 'api');
      await store.jobs.runNow('report', {});
      expect(await store.jobs.get('report')).toEqual(job);
    });

    it('adds to what a fire compares', async () => {
      await store.jobs.add(aJob('report', { overlap: 'allow' }), 'api');
      await store.jobs.runNow('report', {});
      await store.jobs.runNow('report', {});
      expect((await node.fires.due(minutes(2), 1)).jobs[0]?.inserts).toBe('2');
    });

    it('is refused at the limit, and names the run that is live', async () => {
      const { runId } = await aRunningRun(store, node, 'report');
      const asked = store.jobs.runNow('report', {});
      await expect(asked).rejects.toThrow(OverlappedError);
      await expect(asked).rejects.toMatchObject({ jobId: 'report', liveRunId: runId });
    });

    it('is refused while a fire is pending', async () => {
      const token = await lead(node);
      await aDueJobIn(store, 'report');
      await fireDue(store, node, token);
      await expect(store.jobs.runNow('report', {})).rejects.toThrow(OverlappedError);
    });

    it('is refused to all but one of many that ask at once', async () => {
      await store.jobs.add(aJob('report'), 'api');
      const asked = Array.from({ length: 5 }, () => store.jobs.runNow('report', {}));
      const answers = await Promise.allSettled(asked);
      expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('is possible up to the instances that the job may have', async () => {
      await store.jobs.add(aJob('report', { maxInstances: 2 }), 'api');
      await store.jobs.runNow('report', {});
      await store.jobs.runNow('report', {});
      await expect(store.jobs.runNow('report', {})).rejects.toThrow(OverlappedError);
    });

    it('is possible beyond the limit when it is asked for, or the job allows it', async () => {
      await aRunningRun(store, node, 'report');
      await aRunningRun(store, node, 'free', { overlap: 'allow' });
      await store.jobs.runNow('report', { overlap: 'allow' });
      await store.jobs.runNow('free', {});
      expect(await claim(node, 9)).toHaveLength(2);
    });

    it('is possible again once the run has ended', async () => {
      const { runId, attempt } = await aRunningRun(store, node, 'report');
      await node.queue.finish([{ runId, attempt, state: 'failed' }]);
      await expect(store.jobs.runNow('report', {})).resolves.toMatchObject({ state: 'pending' });
    });

    it('is possible while the job is paused, and starts then', async () => {
      await store.jobs.add(aJob('report'), 'api');
      await store.jobs.pause('report');
      await store.jobs.runNow('report', {});
      expect(await claim(node, 1)).toHaveLength(1);
      expect((await store.jobs.get('report'))?.state).toBe('paused');
    });

    it('is possible while the cluster is paused, and starts when it is resumed', async () => {
      await store.jobs.add(aJob('report'), 'api');
      await store.cluster.pause(null);
      await store.jobs.runNow('report', {});
      expect(await claim(node, 1)).toEqual([]);
      await store.cluster.resume();
      expect(await claim(node, 1)).toHaveLength(1);
    });
  });
}
