import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aDueJobIn, aNodeAtWork, aRunningRun, lead, planDue, run, runsOf } from './scenes.js';
import { LEASE_MS, type MakeStore, type TestStore } from './test-store.js';

/** What makes a wrong belief to lead harmless. */
export function fencingContract(makeStore: MakeStore): void {
  let store: TestStore;

  beforeEach(async () => {
    store = await makeStore();
  });
  afterEach(() => store.close());

  describe('fencing', () => {
    it('fire, renew, settle and resign with the old token after a takeover each touch 0 rows', async () => {
      const north = await aNodeAtWork(store, 'north');
      const south = await aNodeAtWork(store, 'south');
      const old = await lead(north);
      const { runId } = await aRunningRun(store, south, 'running');
      await aDueJobIn(store, 'report');
      const fires = await planDue(store, north);
      store.advance(LEASE_MS + 1);
      const current = await lead(south);
      await south.roster.leave();
      const leader = await store.cluster.leader();
      const plan = await store.jobs.get('report');

      const fired = await north.fires.fire(old, 0, fires);
      expect(fired).toMatchObject({ led: false, moved: new Set(), pending: 0 });
      expect(await north.lock.renew({ fencingToken: old, hinted: true })).toBe(false);
      expect(await north.fires.settle(old)).toBeNull();
      expect(await north.lock.resign(old)).toBe(false);

      expect(await runsOf(store, 'report')).toEqual([]);
      expect(await store.jobs.get('report')).toEqual(plan);
      expect(await run(store, runId)).toMatchObject({ state: 'running' });
      expect(await store.cluster.leader()).toEqual(leader);
      expect(leader).toMatchObject({ nodeId: south.id, fencingToken: current });
    });

    it('lets a leader that has resigned write nothing more', async () => {
      const north = await aNodeAtWork(store, 'north');
      const token = await lead(north);
      await aDueJobIn(store, 'report');
      const fires = await planDue(store, north);
      await north.lock.resign(token);
      expect(await north.fires.fire(token, 0, fires)).toMatchObject({ led: false });
      expect(await runsOf(store, 'report')).toEqual([]);
    });

    it('lets a leader whose lease has expired go on until another one takes the lock', async () => {
      const north = await aNodeAtWork(store, 'north');
      const token = await lead(north);
      await aDueJobIn(store, 'report');
      const fires = await planDue(store, north);
      store.advance(LEASE_MS * 2);
      expect(await north.fires.fire(token, 0, fires)).toMatchObject({ led: true, pending: 1 });
    });
  });
}
