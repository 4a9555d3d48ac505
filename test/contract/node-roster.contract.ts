import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aDeclaration } from '../support/builders.js';
import { aNodeAtWork, aRunningRun, clockOf } from './scenes.js';
import { DEAD_AFTER_MS, type MakeStore, type TestStore } from './test-store.js';

export function nodeRosterContract(makeStore: MakeStore): void {
  let store: TestStore;

  beforeEach(async () => {
    store = await makeStore();
  });
  afterEach(() => store.close());

  const nodes = async () =>
    (await store.cluster.nodes()).map(({ name, alive }) => `${name} ${alive ? 'alive' : 'gone'}`);

  /** A job that fires once after each cold start is armed by the first declaration after it. */
  const armed = async () => {
    const start = aDeclaration('start', { trigger: { type: 'start', delayMs: 0 } });
    return (await store.jobs.declare(start)) !== 'unchanged';
  };

  describe('a node', () => {
    it('is known once it has registered', async () => {
      const node = await aNodeAtWork(store, 'north');
      expect(await store.cluster.nodes()).toMatchObject([
        {
          id: node.id,
          name: 'north',
          version: '1.0.0',
          stoppedAt: null,
          alive: true,
          roles: ['scheduler', 'worker', 'api'],
          tasks: ['Reports.daily'],
        },
      ]);
    });

    it('may register again', async () => {
      const node = await aNodeAtWork(store, 'north');
      await node.roster.register();
      expect(await nodes()).toEqual(['north alive']);
    });

    it('counts as gone after a silence, and as alive when it is heard of again', async () => {
      const node = await aNodeAtWork(store, 'north');
      store.advance(DEAD_AFTER_MS);
      expect(await nodes()).toEqual(['north gone']);
      await node.roster.beat();
      expect(await nodes()).toEqual(['north alive']);
    });

    it('counts as gone as soon as it has left', async () => {
      const node = await aNodeAtWork(store, 'north');
      await node.roster.leave();
      expect(await nodes()).toEqual(['north gone']);
      expect((await store.cluster.nodes())[0]?.stoppedAt).toBeInstanceOf(Date);
    });

    it('becomes known by its heartbeat alone, should its row have been pruned', async () => {
      await store.node('north').roster.beat();
      expect(await nodes()).toEqual(['north alive']);
    });
  });

  describe('a heartbeat', () => {
    it('lists what the ledger believes to run here', async () => {
      const north = await aNodeAtWork(store, 'north');
      const south = await aNodeAtWork(store, 'south');
      const { runId, attempt } = await aRunningRun(store, north, 'mine');
      await aRunningRun(store, south, 'theirs');
      expect((await north.roster.beat()).running).toEqual([{ runId, attempt }]);
      await north.queue.finish([{ runId, attempt, state: 'succeeded' }]);
      expect((await north.roster.beat()).running).toEqual([]);
    });

    it("tells the store's clock", async () => {
      const node = await aNodeAtWork(store, 'north');
      store.advance(3_600_000);
      const now = await clockOf(store);
      const { at } = await node.roster.beat();
      expect(at.getTime()).toBeGreaterThanOrEqual(now.getTime());
      expect(at.getTime() - now.getTime()).toBeLessThan(5_000);
    });
  });

  describe('a cold start', () => {
    it('is the first registration', async () => {
      await aNodeAtWork(store, 'north');
      expect(await armed()).toBe(true);
      expect(await armed()).toBe(false);
    });

    it('is not a registration while another node is alive', async () => {
      await aNodeAtWork(store, 'north');
      await armed();
      store.advance(DEAD_AFTER_MS / 2);
      await aNodeAtWork(store, 'south');
      expect(await armed()).toBe(false);
    });

    it('is a registration after every other node has left or gone silent', async () => {
      const north = await aNodeAtWork(store, 'north');
      await armed();
      await north.roster.leave();
      await aNodeAtWork(store, 'south');
      expect(await armed()).toBe(true);
      store.advance(DEAD_AFTER_MS);
      await aNodeAtWork(store, 'east');
      expect(await armed()).toBe(true);
    });

    it('happens once when ten nodes start at the same instant', async () => {
      await Promise.all(
        Array.from({ length: 10 }, (_, n) => store.node(`node-${n}`).roster.register()),
      );
      expect(await store.generation()).toBe(1);
      expect(await nodes()).toHaveLength(10);
    });
  });
}
