import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WakeUp } from '../../src/tasks/store/wake-ups.js';
import { later, minutes, TASK } from '../support/builders.js';
import { until } from '../support/until.js';
import { aDueJobIn, aNodeAtWork, aRunningRun, clockOf, fireDue, lead, runsOf } from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

export function cancelPreviousContract(makeStore: MakeStore): void {
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

  const overlap = 'cancel-previous';

  describe('a fire time under `cancel-previous`', () => {
    it('starts where there is room', async () => {
      await aDueJobIn(store, 'report', { overlap });
      expect(await fireDue(store, node, token)).toMatchObject({ pending: 1 });
      expect(await fates()).toEqual(['pending']);
    });

    it('asks the run that goes on to end, and waits until it has', async () => {
      const { runId } = await aRunningRun(store, node, 'report', { overlap });
      expect(await fireAgain()).toMatchObject({ pending: 0 });
      const [before, after] = await runsOf(store, 'report');
      expect(before).toMatchObject({
        id: runId,
        state: 'running',
        reason: null,
        cancelRequestedAt: expect.any(Date) as Date,
        finishedAt: null,
      });
      expect(after).toMatchObject({ state: 'pending', held: 'buffered' });
    });

    it('wakes whoever runs what is to end', async () => {
      const heard: WakeUp[] = [];
      node.wakeUps.listen((wakeUp) => heard.push(wakeUp));
      await aRunningRun(store, node, 'report', { overlap });
      await until('the first wake-ups', () => heard.includes('cancel'));
      heard.length = 0;
      await fireAgain();
      await until('the wake-up of the fire', () => heard.includes('cancel'));
    });

    it('takes the place of one that has not begun, at once', async () => {
      await aDueJobIn(store, 'report', { overlap });
      await fireDue(store, node, token);
      expect(await fireAgain()).toMatchObject({ pending: 1 });
      const [before] = await runsOf(store, 'report');
      expect(before).toMatchObject({
        state: 'cancelled',
        reason: 'superseded',
        finishedAt: expect.any(Date) as Date,
      });
      expect(await fates()).toEqual(['superseded', 'pending']);
    });

    it('takes the place of one that waits, and the first request to end stands', async () => {
      const { runId } = await aRunningRun(store, node, 'report', { overlap });
      await fireAgain();
      const [asked] = await runsOf(store, 'report');
      await fireAgain();
      expect(await fates()).toEqual(['running', 'superseded', 'buffered']);
      const [again] = await runsOf(store, 'report');
      expect(again).toMatchObject({ id: runId, cancelRequestedAt: asked?.cancelRequestedAt });
    });

    it('takes the place of one that was about to be released', async () => {
      const { runId, attempt } = await aRunningRun(store, node, 'report', { overlap });
      await fireAgain();
      await node.queue.finish([{ runId, attempt, state: 'cancelled' }]);
      expect(await fireAgain()).toMatchObject({ pending: 1 });
      expect(await fates()).toEqual(['cancelled', 'superseded', 'pending']);
    });

    it('is the last of a backlog, the others are skipped', async () => {
      await aRunningRun(store, node, 'report', { overlap, coalesce: 'all' });
      store.advance(minutes(2));
      await fireAgain();
      expect(await fates()).toEqual(['running', 'overlapped', 'overlapped', 'buffered']);
    });

    it('waits for a handler that goes on although its time is over', async () => {
      const { runId } = await aRunningRun(store, node, 'report', { overlap });
      const finishedAt = await clockOf(store);
      await store.amend(runId, { state: 'timed-out', finishedAt, handlerAlive: true });
      await fireAgain();
      expect(await fates()).toEqual(['timed-out', 'buffered']);
      expect((await runsOf(store, 'report'))[0]).toMatchObject({ cancelRequestedAt: null });
    });

    it('ends a run that waits for its retry as failed', async () => {
      const { runId } = await aRunningRun(store, node, 'report', { overlap });
      const runAt = later(await clockOf(store), minutes(60));
      await store.amend(runId, { state: 'pending', attempt: 1, runAt });
      await fireAgain();
      expect(await fates()).toEqual(['superseded', 'pending']);
      expect((await runsOf(store, 'report'))[0]).toMatchObject({ state: 'failed' });
    });

    it('is released once all have ended', async () => {
      const { runId, attempt } = await aRunningRun(store, node, 'report', { overlap });
      await fireAgain();
      expect(await node.fires.release(token)).toBe(0);
      await node.queue.finish([{ runId, attempt, state: 'cancelled' }]);
      expect(await node.fires.release(token)).toBe(1);
      expect((await node.queue.claim([TASK], 100)).runs).toHaveLength(1);
    });
  });
}
