import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fire } from '../../src/tasks/store/fire-ledger.js';
import { aJob, later, minutes } from '../support/builders.js';
import { aDueJobIn, aNodeAtWork, lead, planDue, runsOf } from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

export function unmovedContract(makeStore: MakeStore): void {
  let store: TestStore;
  let node: TestNode;
  let token: number;

  beforeEach(async () => {
    store = await makeStore();
    node = await aNodeAtWork(store);
    token = await lead(node);
  });
  afterEach(() => store.close());

  const fire = async (fires: readonly Fire[]) =>
    node.fires.fire(token, (await node.fires.due(0, 1)).pauses.count, fires);

  describe('a fire leaves out a job', () => {
    const expectUnmoved = async (fires: readonly Fire[]) => {
      const before = await runsOf(store, 'report');
      const plan = await store.jobs.get('report');
      expect(await fire(fires)).toMatchObject({ led: true, moved: new Set(), pending: 0 });
      expect(await runsOf(store, 'report')).toEqual(before);
      expect(await store.jobs.get('report')).toEqual(plan);
    };

    it('that is not due yet by the clock of the database', async () => {
      await store.jobs.add(aJob('report'), 'api');
      const { jobs } = await node.fires.due(minutes(2), 1);
      const { nextFireAt } = jobs[0]!;
      const plan = {
        candidates: [{ fireAt: nextFireAt, runAt: nextFireAt }],
        ranges: [],
        lastFireAt: nextFireAt,
        nextFireAt: later(nextFireAt, minutes(1)),
      };
      await expectUnmoved([{ job: jobs[0]!, plan }]);
    });

    it('that was edited since it was read', async () => {
      await aDueJobIn(store, 'report');
      const fires = await planDue(store, node);
      await store.jobs.pause('report');
      await store.jobs.resume('report');
      await expectUnmoved(fires);
    });

    it('that was run by hand since it was read', async () => {
      await aDueJobIn(store, 'report');
      const fires = await planDue(store, node);
      await store.jobs.runNow('report', {});
      await expectUnmoved(fires);
    });

    it('that was planned for another instant', async () => {
      await aDueJobIn(store, 'report');
      const [due] = await planDue(store, node);
      const nextFireAt = later(due!.job.nextFireAt, -1);
      await expectUnmoved([{ job: { ...due!.job, nextFireAt }, plan: due!.plan }]);
    });

    it('that was removed, and fires the rest', async () => {
      await aDueJobIn(store, 'report');
      await store.jobs.add(aJob('other'), 'api');
      store.advance(minutes(1));
      const fires = await planDue(store, node);
      await store.jobs.remove('report');
      expect((await fire(fires)).moved).toEqual(new Set(['other']));
    });
  });

  describe('a fire while the cluster is paused', () => {
    it('writes nothing', async () => {
      await aDueJobIn(store, 'report');
      const fires = await planDue(store, node);
      await store.cluster.pause('maintenance');
      expect(await fire(fires)).toMatchObject({ led: false, moved: new Set(), pending: 0 });
      expect(await runsOf(store, 'report')).toEqual([]);
    });

    it('writes nothing either if it was decided before the pause and comes after it', async () => {
      await aDueJobIn(store, 'report');
      const { pauses } = await node.fires.due(0, 1);
      const fires = await planDue(store, node);
      await store.cluster.pause('maintenance');
      await store.cluster.resume();
      expect(await node.fires.fire(token, pauses.count, fires)).toMatchObject({ led: false });
      expect(await runsOf(store, 'report')).toEqual([]);
    });
  });
}
