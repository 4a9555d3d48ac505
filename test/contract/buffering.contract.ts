import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WakeUp } from '../../src/tasks/store/wake-ups.js';
import { later, minutes, TASK } from '../support/builders.js';
import { until } from '../support/until.js';
import { aNodeAtWork, aRunningRun, clockOf, fireDue, lead, runsOf } from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

export function bufferingContract(makeStore: MakeStore): void {
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

  describe('a fire time under `buffer-one`', () => {
    const busy = () => aRunningRun(store, node, 'report', { overlap: 'buffer-one' });

    it('waits its turn while a run goes on, and cannot be claimed', async () => {
      await busy();
      expect(await fireAgain()).toMatchObject({ moved: new Set(['report']), pending: 0 });
      expect((await runsOf(store, 'report')).at(-1)).toMatchObject({
        state: 'pending',
        held: 'buffered',
        reason: null,
        finishedAt: null,
        error: null,
      });
      expect((await node.queue.claim([TASK], 100)).runs).toEqual([]);
    });

    it('is skipped where one waits already, and told what for', async () => {
      const { runId } = await busy();
      await fireAgain();
      await fireAgain();
      expect(await fates()).toEqual(['running', 'buffered', 'overlapped']);
      expect((await runsOf(store, 'report')).at(-1)?.error?.message).toContain(`Run ${runId} was`);
    });

    it('does not start before the one that waits, although there is room', async () => {
      const { runId, attempt } = await busy();
      await fireAgain();
      await node.queue.finish([{ runId, attempt, state: 'succeeded' }]);
      await fireAgain();
      expect(await fates()).toEqual(['succeeded', 'buffered', 'overlapped']);
    });

    it('starts where there is room, and the next of the same instant waits', async () => {
      const two = { overlap: 'buffer-one', coalesce: 'all', maxInstances: 2 } as const;
      await aRunningRun(store, node, 'report', two);
      store.advance(minutes(2));
      expect(await fireAgain()).toMatchObject({ pending: 1 });
      expect(await fates()).toEqual(['running', 'pending', 'buffered', 'overlapped']);
    });
  });

  describe('a fire time under `buffer-all`', () => {
    const busy = () =>
      aRunningRun(store, node, 'report', { overlap: 'buffer-all', bufferLimit: 2 });

    it('waits behind those that wait, up to the limit, and is skipped beyond it', async () => {
      await busy();
      for (let n = 0; n < 3; n++) await fireAgain();
      expect(await fates()).toEqual(['running', 'buffered', 'buffered', 'limit']);
    });

    it('of a backlog fills what room there is', async () => {
      const all = { overlap: 'buffer-all', bufferLimit: 2, coalesce: 'all' } as const;
      await aRunningRun(store, node, 'report', { ...all, maxInstances: 2 });
      store.advance(minutes(3));
      await fireAgain();
      expect(await fates()).toEqual(['running', 'pending', 'buffered', 'buffered', 'limit']);
    });

    it('ends a run that waits for its retry, and starts', async () => {
      const { runId } = await busy();
      const runAt = later(await clockOf(store), minutes(60));
      await store.amend(runId, { state: 'pending', attempt: 1, runAt });
      await fireAgain();
      expect(await fates()).toEqual(['superseded', 'pending']);
    });
  });

  describe('what waits', () => {
    /** A run of a backfill that waits for its turn. */
    const aBackfillWaits = async () => {
      const { id } = await store.jobs.runNow('report', { overlap: 'allow' });
      await store.amend(id, { cause: 'backfill', held: 'buffered' });
    };

    it('of a backfill takes no place of the job’s own fire times', async () => {
      const policy = { overlap: 'buffer-one' } as const;
      await aRunningRun(store, node, 'report', policy);
      await aBackfillWaits();
      await fireAgain();
      expect(await fates()).toEqual(['running', 'buffered', 'buffered']);
    });

    it('of a backfill does not give way to them', async () => {
      await aRunningRun(store, node, 'report', { overlap: 'cancel-previous' });
      await aBackfillWaits();
      await fireAgain();
      expect(await fates()).toEqual(['running', 'buffered', 'buffered']);
    });

    it('wakes whoever releases it', async () => {
      const heard: WakeUp[] = [];
      node.wakeUps.listen((wakeUp) => heard.push(wakeUp));
      await aRunningRun(store, node, 'report', { overlap: 'buffer-one' });
      await until('the first wake-ups', () => heard.includes('slots'));
      heard.length = 0;
      await fireAgain();
      await until('the wake-up of the fire', () => heard.includes('slots'));
    });
  });
}
