import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewJob } from '../../src/tasks/domain/job.js';
import type { ClaimedRun } from '../../src/tasks/store/run-queue.js';
import type { WakeUp } from '../../src/tasks/store/wake-ups.js';
import { aJob, later, minutes, TASK } from '../support/builders.js';
import { until } from '../support/until.js';
import { aNodeAtWork, aRunningRun, claim, clockOf, fireDue, lead, runsOf } from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

export function releasingContract(makeStore: MakeStore): void {
  let store: TestStore;
  let node: TestNode;
  let token: number;

  beforeEach(async () => {
    store = await makeStore();
    node = await aNodeAtWork(store);
    token = await lead(node);
  });
  afterEach(() => store.close());

  const fireAgain = async () => {
    store.advance(minutes(1));
    await node.roster.beat();
    return fireDue(store, node, token);
  };
  /** What became of the runs of the job: why they were skipped or ended, what they wait for. */
  const fates = async () =>
    (await runsOf(store, 'report')).map(({ state, reason, held }) => reason ?? held ?? state);

  /** A run that goes on, and so many that wait for it. */
  const waiting = async (count: number, policy: Partial<NewJob> = {}) => {
    const run = await aRunningRun(store, node, 'report', { overlap: 'buffer-all', ...policy });
    for (let n = 0; n < count; n++) await fireAgain();
    return run;
  };
  const finish = ({ runId, attempt }: ClaimedRun) =>
    node.queue.finish([{ runId, attempt, state: 'succeeded' }]);
  const release = () => node.fires.release(token);

  describe('runs that wait their turn', () => {
    it('are released as the runs before them end, by their fire times', async () => {
      await finish(await waiting(2));
      expect(await release()).toBe(1);
      expect(await fates()).toEqual(['succeeded', 'pending', 'buffered']);
      const runs = await claim(node, 100);
      expect(runs).toHaveLength(1);
      expect(await release()).toBe(0);
      await finish(runs[0]!);
      expect(await release()).toBe(1);
      expect(await fates()).toEqual(['succeeded', 'succeeded', 'pending']);
    });

    it('are as many as there are free instances', async () => {
      const first = await aRunningRun(store, node, 'report', {
        overlap: 'buffer-all',
        maxInstances: 2,
      });
      await store.jobs.runNow('report', {});
      const [second] = (await node.queue.claim([TASK], 100)).runs;
      for (let n = 0; n < 3; n++) await fireAgain();
      await finish(first);
      expect(await release()).toBe(1);
      await finish(second!);
      expect(await release()).toBe(1);
      expect(await release()).toBe(0);
      expect(await fates()).toEqual(['succeeded', 'succeeded', 'pending', 'pending', 'buffered']);
    });

    it('are all released where the job has no limit, as those of a backfill', async () => {
      await store.jobs.add(aJob('report', { overlap: 'allow' }), 'api');
      for (let n = 0; n < 3; n++) {
        const { id } = await store.jobs.runNow('report', {});
        await store.amend(id, { held: 'buffered' });
      }
      expect(await release()).toBe(3);
    });

    it('count one that was asked for by hand and that goes on', async () => {
      await finish(await waiting(1));
      await store.jobs.runNow('report', { overlap: 'allow' });
      expect(await release()).toBe(0);
    });

    it('wait for a handler that goes on although its time is over', async () => {
      const { runId } = await waiting(1);
      const finishedAt = await clockOf(store);
      await store.amend(runId, { state: 'timed-out', finishedAt, handlerAlive: true });
      expect(await release()).toBe(0);
      await store.amend(runId, { handlerAlive: false });
      expect(await release()).toBe(1);
    });

    it('do not start beside one that waits for its retry: it gives way', async () => {
      const { runId } = await waiting(1);
      const runAt = later(await clockOf(store), minutes(60));
      await store.amend(runId, { state: 'pending', attempt: 1, runAt });
      expect(await release()).toBe(1);
      expect(await fates()).toEqual(['superseded', 'pending']);
    });

    it('let one that waits for its retry be where nothing is released', async () => {
      const { runId } = await waiting(1);
      const runAt = later(await clockOf(store), minutes(60));
      await store.jobs.runNow('report', { overlap: 'allow' });
      await store.amend(runId, { state: 'pending', attempt: 1, runAt });
      expect(await release()).toBe(0);
      expect(await fates()).toEqual(['pending', 'buffered', 'pending']);
    });

    it('stay where they are while their job is paused', async () => {
      const run = await waiting(1);
      await store.jobs.pause('report', { reason: null, until: null });
      await finish(run);
      expect(await release()).toBe(0);
      await store.jobs.resume('report', 'skip');
      expect(await release()).toBe(1);
    });

    it('are not released for an old leader', async () => {
      await finish(await waiting(1));
      expect(await node.fires.release(token - 1)).toBeNull();
      expect(await fates()).toEqual(['succeeded', 'buffered']);
    });

    it('are none where nothing waits', async () => {
      expect(await release()).toBe(0);
    });

    it('wake whoever claims them', async () => {
      await finish(await waiting(1));
      const heard: WakeUp[] = [];
      node.wakeUps.listen((wakeUp) => heard.push(wakeUp));
      await until('the first wake-ups', () => heard.includes('runs'));
      heard.length = 0;
      await release();
      await until('the wake-up of the release', () => heard.includes('runs'));
    });
  });
}
