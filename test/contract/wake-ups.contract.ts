import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WAKE_UPS, type WakeUp } from '../../src/tasks/store/wake-ups.js';
import { aJob, dueSoon } from '../support/builders.js';
import { until } from '../support/until.js';
import { aDueJobIn, aNodeAtWork, claim, fireDue, lead } from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

export function wakeUpsContract(makeStore: MakeStore): void {
  let store: TestStore;
  let listener: TestNode;
  let heard: WakeUp[];

  beforeEach(async () => {
    store = await makeStore();
    listener = store.node('listener');
    heard = [];
    listener.wakeUps.listen((wakeUp) => heard.push(wakeUp));
    // Who begins to listen is told of everything once: it may have missed it.
    await until('the first wake-ups', () => heard.length === WAKE_UPS.length);
    heard.length = 0;
  });
  afterEach(() => store.close());

  const expectHeard = (wakeUp: WakeUp) => until(wakeUp, () => heard.includes(wakeUp), 10_000);

  describe('a wake-up', () => {
    it('is heard when plans change', async () => {
      await store.jobs.add(dueSoon('report'), 'api');
      await expectHeard('jobs');
      for (const change of [
        () => store.jobs.pause('report'),
        () => store.jobs.resume('report'),
        () => store.jobs.remove('report'),
        () => store.cluster.pause(null),
        () => store.cluster.resume(),
      ]) {
        heard.length = 0;
        await change();
        await expectHeard('jobs');
      }
    });

    it('is heard when a run is asked for by hand', async () => {
      await store.jobs.add(aJob('report'), 'api');
      await store.jobs.runNow('report', {});
      await expectHeard('runs');
    });

    it('is heard when runs are fired, and when a claim is given back', async () => {
      const node = await aNodeAtWork(store);
      const token = await lead(node);
      await aDueJobIn(store, 'report');
      await fireDue(store, node, token);
      await expectHeard('runs');
      heard.length = 0;
      await node.roster.beat();
      await node.queue.giveBack(await claim(node, 1));
      await expectHeard('runs');
    });

    it('is heard when the leader resigns', async () => {
      const node = store.node('leader');
      await node.lock.resign(await lead(node));
      await expectHeard('leader');
    });

    it('is not heard after closing', async () => {
      await listener.wakeUps.close();
      const other = store.node('other');
      const heardByOther: WakeUp[] = [];
      other.wakeUps.listen((wakeUp) => heardByOther.push(wakeUp));
      await until('the first wake-ups', () => heardByOther.length === WAKE_UPS.length);
      heardByOther.length = 0;
      await store.jobs.add(dueSoon('report'), 'api');
      await until('the change', () => heardByOther.includes('jobs'));
      expect(heard).toEqual([]);
    });
  });
}
