import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditQuery } from '../../src/tasks/store/cluster-store.js';
import { aJob, later, minutes } from '../support/builders.js';
import { aDueJobIn, aNodeAtWork, aRunningRun, clockOf, fireDue, lead, runsOf } from './scenes.js';
import { LEASE_MS, type MakeStore, type TestStore } from './test-store.js';

export function clusterStoreContract(makeStore: MakeStore): void {
  let store: TestStore;

  beforeEach(async () => {
    store = await makeStore();
  });
  afterEach(() => store.close());

  const pauses = async () => (await store.node('observer').fires.due(0, 1)).pauses;

  describe('the state of the cluster', () => {
    it('is at first not paused, and nobody leads', async () => {
      expect(await store.cluster.state()).toMatchObject({ paused: false, pauseReason: null });
      expect(await store.cluster.leader()).toEqual({
        nodeId: null,
        nodeName: null,
        fencingToken: 0,
        acquiredAt: null,
        expiresAt: null,
        vacantSince: null,
        leaseMs: 0,
        hinted: false,
        generation: 0,
        generationAt: null,
        history: [],
      });
      expect(await store.cluster.nodes()).toEqual([]);
    });

    it('has a clock that moves when told', async () => {
      const before = await clockOf(store);
      store.advance(minutes(90));
      expect((await clockOf(store)).getTime() - before.getTime()).toBeGreaterThanOrEqual(
        minutes(90),
      );
    });

    it('names the leader while its lease lasts', async () => {
      const node = await aNodeAtWork(store, 'north');
      const fencingToken = await lead(node);
      const leader = await store.cluster.leader();
      expect(leader).toMatchObject({ nodeId: node.id, nodeName: 'north', fencingToken });
      const term = leader.expiresAt!.getTime() - leader.acquiredAt!.getTime();
      expect(Math.abs(term - LEASE_MS)).toBeLessThanOrEqual(5);
      store.advance(LEASE_MS + 1);
      expect(await store.cluster.leader()).toMatchObject({ nodeId: null, fencingToken });
      const { history, vacantSince, generation, leaseMs } = await store.cluster.leader();
      expect(history).toMatchObject([{ nodeId: node.id, fencingToken, how: 'free or expired' }]);
      expect({ vacantSince, generation, leaseMs }).toEqual({
        vacantSince: leader.expiresAt,
        generation: 1,
        leaseMs: LEASE_MS,
      });
    });

    it('says of each node how much it does, and how long ago it was heard of', async () => {
      const node = await aNodeAtWork(store, 'north');
      await aRunningRun(store, node, 'a');
      await aRunningRun(store, node, 'b');
      await node.roster.beat();
      await node.roster.beat();
      store.advance(3_000);
      const [told] = await store.cluster.nodes();
      expect(told).toMatchObject({ running: 2, slots: 7 });
      expect(told!.beatAgeMs).toBeGreaterThanOrEqual(3_000);
      expect(told!.beatAgeMs).toBeLessThan(60_000);
      expect(Math.abs(told!.clockOffsetMs ?? 0)).toBeLessThan(60_000);
    });

    it('lists the living nodes first, the youngest of them first', async () => {
      await (await aNodeAtWork(store, 'left')).roster.leave();
      store.advance(1_000);
      await aNodeAtWork(store, 'older');
      store.advance(1_000);
      await aNodeAtWork(store, 'younger');
      const names = (await store.cluster.nodes()).map(({ name }) => name);
      expect(names).toEqual(['younger', 'older', 'left']);
    });
  });

  describe('the audit', () => {
    it('has what was before and after of each change', async () => {
      const node = await aNodeAtWork(store, 'north');
      const fencingToken = await lead(node);
      await store.jobs.add(aJob('a'), 'api');
      await store.jobs.modify('a', { priority: 3, tags: ['x'] });
      const { id } = await store.jobs.runNow('a');
      await store.runs.cancel(id);
      await store.cluster.pause('release');
      await store.cluster.resume();
      await store.cluster.drain(node.id, true);
      await store.cluster.resign();
      await store.cluster.note('node.start', { nodeId: node.id }, { actor: 'ada', reason: 'why' });
      const { items } = await store.cluster.audit({ limit: 20 });
      const told = items.map(({ action, details }) => [action, details]).toReversed();
      expect(told).toEqual([
        ['job.add', { before: null, after: expect.objectContaining({ priority: 0 }) as object }],
        ['job.modify', { before: { priority: 0, tags: [] }, after: { priority: 3, tags: ['x'] } }],
        ['job.run', { before: null, after: { state: 'pending' } }],
        [
          'run.cancel',
          {
            before: { state: 'pending', cancelRequestedAt: null },
            after: { state: 'cancelled', cancelRequestedAt: null },
          },
        ],
        [
          'cluster.pause',
          {
            before: { paused: false, pauseReason: null },
            after: { paused: true, pauseReason: 'release' },
          },
        ],
        [
          'cluster.resume',
          {
            before: { paused: true, pauseReason: 'release' },
            after: { paused: false, pauseReason: null },
          },
        ],
        ['node.drain', { nodeId: node.id, before: { draining: false }, after: { draining: true } }],
        [
          'leader.resign',
          {
            before: { nodeId: node.id, fencingToken },
            after: { nodeId: null, fencingToken: fencingToken + 1 },
          },
        ],
        ['node.start', { nodeId: node.id }],
      ]);
      expect(items[0]).toMatchObject({ actor: 'ada', reason: 'why', jobId: null });
    });

    it('is narrowed by job, run, actor, action and time', async () => {
      await store.jobs.add(aJob('a'), 'api', 'error', { actor: 'ada' });
      const { id } = await store.jobs.runNow('a', {}, { actor: 'bob' });
      store.advance(minutes(1));
      const from = await clockOf(store);
      await store.jobs.pause('a', {}, { actor: 'ada' });
      const list = async (query: Partial<AuditQuery>) =>
        (await store.cluster.audit({ limit: 10, ...query })).items.map(({ action }) => action);
      expect(await list({})).toEqual(['job.pause', 'job.run', 'job.add']);
      expect(await list({ job: 'b' })).toEqual([]);
      expect(await list({ run: id })).toEqual(['job.run']);
      expect(await list({ actor: 'ada' })).toEqual(['job.pause', 'job.add']);
      expect(await list({ action: 'job.add', actor: 'ada' })).toEqual(['job.add']);
      expect(await list({ from })).toEqual(['job.pause']);
      expect(await list({ to: from, actor: 'ada' })).toEqual(['job.add']);
      expect(await list({ from, to: later(from, -1) })).toEqual([]);
    });
  });

  describe('pausing the cluster', () => {
    it('is seen with its reason until it is resumed', async () => {
      await store.cluster.pause('maintenance');
      expect(await store.cluster.state()).toMatchObject({
        paused: true,
        pauseReason: 'maintenance',
      });
      await store.cluster.resume();
      expect(await store.cluster.state()).toMatchObject({ paused: false, pauseReason: null });
    });

    it('twice is one pause', async () => {
      await aDueJobIn(store, 'report');
      await store.cluster.pause('first');
      await store.cluster.pause('second');
      expect((await store.cluster.state()).pauseReason).toBe('second');
      await store.cluster.resume();
      await store.cluster.resume();
      const { paused, stretches } = await pauses();
      expect({ paused, pauses: stretches.length }).toEqual({ paused: false, pauses: 1 });
      expect(stretches[0]?.to).toBeInstanceOf(Date);
    });

    it('again and again is kept as so many stretches, in order', async () => {
      await aDueJobIn(store, 'report');
      for (let n = 0; n < 3; n++) {
        await store.cluster.pause(null);
        store.advance(minutes(1));
        await store.cluster.resume();
        store.advance(minutes(1));
      }
      const bounds = (await pauses()).stretches.flatMap(({ from, to }) => [from, to as Date]);
      expect(bounds).toHaveLength(6);
      expect(bounds).toEqual(bounds.toSorted((a, b) => a.getTime() - b.getTime()));
    });

    it('makes skipped ranges of what was missed, whoever leads then', async () => {
      const node = await aNodeAtWork(store, 'north');
      const token = await lead(node);
      await aDueJobIn(store, 'report');
      await store.cluster.pause('maintenance');
      store.advance(minutes(5));
      await store.cluster.resume();
      await fireDue(store, node, token);
      const runs = await runsOf(store, 'report');
      expect(runs.map(({ state, reason }) => reason ?? state)).toEqual(['pending', 'paused']);
      expect(runs[1]?.coversCount).toBe(5);
    });

    it('that is not on is not resumed', async () => {
      const { count } = await pauses();
      await store.cluster.resume();
      expect((await pauses()).count).toBe(count);
    });
  });
}
