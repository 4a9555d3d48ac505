import { afterEach, beforeEach, describe, it } from 'vitest';
import { WAKE_UPS, type WakeUp } from '../../src/tasks/store/wake-ups.js';
import { aJob } from '../support/builders.js';
import { until } from '../support/until.js';
import { aNodeAtWork, aRunningRun, claim, lead } from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

/** What becomes of runs is heard by those whom it concerns. */
export function runWakeUpsContract(makeStore: MakeStore): void {
  let store: TestStore;
  let north: TestNode;
  let heard: WakeUp[];

  beforeEach(async () => {
    store = await makeStore();
    north = await aNodeAtWork(store, 'north');
    heard = [];
    north.wakeUps.listen((wakeUp) => heard.push(wakeUp));
    await until('the first wake-ups', () => heard.length === WAKE_UPS.length);
    heard.length = 0;
  });
  afterEach(() => store.close());

  const isHeard = (wakeUp: WakeUp) => until(wakeUp, () => heard.includes(wakeUp), 10_000);
  /** A running run, and another one of its job that waits for its end. */
  const oneWaits = async () => {
    const running = await aRunningRun(store, north, 'report', { overlap: 'buffer-one' });
    await store.jobs.runNow('report', {});
    heard.length = 0;
    return { runId: running.runId, attempt: running.attempt };
  };

  describe('that an instance is free for a run that waits is heard', () => {
    it('when a run has ended', async () => {
      await north.queue.finish([{ ...(await oneWaits()), state: 'succeeded' }]);
      await isHeard('slots');
    });

    it('when it is to be tried again', async () => {
      await north.queue.finish([{ ...(await oneWaits()), state: 'failed', retryInMs: 60_000 }]);
      await isHeard('slots');
    });

    it('when a handler has returned that went on after its time', async () => {
      const claimed = await oneWaits();
      await north.queue.finish([{ ...claimed, state: 'timed-out', handlerAlive: true }]);
      heard.length = 0;
      await north.queue.returned([claimed]);
      await isHeard('slots');
    });

    it('when its node is dead', async () => {
      await oneWaits();
      const token = await lead(north);
      await north.roster.leave();
      await north.fires.settle(token);
      await isHeard('slots');
    });

    it('when a pending run is cancelled', async () => {
      await store.jobs.add(aJob('report'), 'api');
      const { id } = await store.jobs.runNow('report', {});
      await store.runs.cancel(id);
      await isHeard('slots');
    });
  });

  describe('that there are runs to claim is heard', () => {
    it('when one is to be tried again, also if that is later', async () => {
      const { runId, attempt } = await aRunningRun(store, north);
      heard.length = 0;
      await north.queue.finish([{ runId, attempt, state: 'failed', retryInMs: 60_000 }]);
      await isHeard('runs');
    });

    it('when one is run again after its node died', async () => {
      await aRunningRun(store, north, 'report', { onCrash: 'rerun' });
      const token = await lead(north);
      await north.roster.leave();
      heard.length = 0;
      await north.fires.settle(token);
      await isHeard('runs');
    });

    it('when somebody repeats one', async () => {
      await store.jobs.add(aJob('report'), 'api');
      const { id } = await store.jobs.runNow('report', {});
      await store.runs.cancel(id);
      await claim(north, 1);
      heard.length = 0;
      await store.runs.retry(id);
      await isHeard('runs');
    });
  });

  it('that somebody wants a run to end is heard', async () => {
    const { runId } = await aRunningRun(store, north);
    await store.runs.cancel(runId);
    await isHeard('cancel');
  });
}
