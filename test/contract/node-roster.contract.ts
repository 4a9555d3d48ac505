import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aDeclaration, aJob, NODE, TASK } from '../support/builders.js';
import { aNodeAtWork, aRunningRun, clockOf } from './scenes.js';
import { DEAD_AFTER_MS, type MakeStore, type TestNode, type TestStore } from './test-store.js';

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
    return (await store.jobs.declare(start, NODE)) !== 'unchanged';
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
      expect((await north.roster.beat()).running).toMatchObject([{ runId, attempt }]);
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

  describe('tasks that a heartbeat names as unknown', () => {
    const unknown = async (node: TestNode) => (await node.roster.beat()).unknownTasks;

    it('are those of active jobs that no live worker knows, each once', async () => {
      const north = await aNodeAtWork(store, 'north');
      for (const id of ['a', 'b', 'c'])
        await store.jobs.add(aJob(id, { task: 'Gone.away' }), 'api');
      await store.jobs.add(aJob('d', { task: 'Also.gone' }), 'api');
      await store.jobs.add(aJob('known'), 'api');
      expect(await unknown(north)).toEqual(['Also.gone', 'Gone.away']);
    });

    it('are not those of jobs that are paused or finished', async () => {
      const north = await aNodeAtWork(store, 'north');
      await store.jobs.add(aJob('paused', { task: 'Gone.away', paused: true }), 'api');
      expect(await unknown(north)).toEqual([]);
      await store.jobs.resume('paused');
      expect(await unknown(north)).toEqual(['Gone.away']);
    });

    it('are known as long as another worker that knows them is alive', async () => {
      const north = await aNodeAtWork(store, 'north');
      const south = await aNodeAtWork(store, 'south', { tasks: { 'Gone.away': 'hash' } });
      await store.jobs.add(aJob('a', { task: 'Gone.away' }), 'api');
      expect(await unknown(north)).toEqual([]);
      store.advance(DEAD_AFTER_MS);
      expect(await unknown(north)).toEqual(['Gone.away']);
      await south.roster.beat();
      expect(await unknown(north)).toEqual([]);
      await south.roster.leave();
      expect(await unknown(north)).toEqual(['Gone.away']);
    });
  });

  describe('declarations that a heartbeat gives a node to adopt', () => {
    const mine = { tasks: { [TASK]: 'v1' }, jobs: { fromFile: 'v1' } };
    const theirs = { tasks: { [TASK]: 'v2' }, jobs: { fromFile: 'v2' } };
    const declareBoth = async (hash: string, nodeId: string) => {
      await store.jobs.declare(aDeclaration(TASK, { hash }), nodeId);
      await store.jobs.declare(aDeclaration('fromFile', { hash, origin: 'config' }), nodeId);
    };
    const toAdopt = async (node: TestNode) => (await node.roster.beat()).toAdopt;

    it('are those that are stored otherwise, while nobody alive has them so', async () => {
      const north = await aNodeAtWork(store, 'north', mine);
      await declareBoth('v1', north.id);
      expect(await toAdopt(north)).toEqual([]);
      const south = await aNodeAtWork(store, 'south', theirs);
      await declareBoth('v2', south.id);
      expect(await toAdopt(north)).toEqual([]);
      expect(await toAdopt(south)).toEqual([]);
      await south.roster.leave();
      expect(await toAdopt(north)).toEqual([TASK, 'fromFile']);
      await declareBoth('v1', north.id);
      expect(await toAdopt(north)).toEqual([]);
    });

    it('are none where the job has gone or was made at run time', async () => {
      const north = await aNodeAtWork(store, 'north', mine);
      await store.jobs.add(aJob(TASK), 'api');
      expect(await toAdopt(north)).toEqual([]);
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
