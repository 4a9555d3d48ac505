import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeclaredJob } from '../../src/tasks/domain/declared-job.js';
import { aDeclaration, minutes } from '../support/builders.js';
import { claim, fireDue, lead } from './scenes.js';
import { ORPHAN_AFTER_MS, type MakeStore, type TestNode, type TestStore } from './test-store.js';

const ON = aDeclaration('report', { task: 'report' });
const OFF: DeclaredJob = { ...ON, disabled: true };

/** `disabled` in code means *not on this node*, and is paused where it means *on no node*. */
export function disabledJobContract(makeStore: MakeStore): void {
  let store: TestStore;
  const alive = new Set<TestNode>();

  beforeEach(async () => {
    alive.clear();
    store = await makeStore();
  });
  afterEach(() => store.close());

  const start = async (name: string, declared: DeclaredJob) => {
    const said = declared.disabled
      ? { tasks: {}, jobs: { report: 'disabled' } }
      : { tasks: { report: declared.hash }, jobs: {} };
    const node = store.node(name, said);
    await node.roster.register();
    const outcome = await store.jobs.declare(declared, node.id);
    alive.add(node);
    return { node, outcome };
  };
  const stop = async (node: TestNode) => {
    alive.delete(node);
    await node.roster.leave();
  };
  /** Time passes for those that are alive, and is looked after. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= minutes(1)) {
      store.advance(Math.min(left, minutes(1)));
      for (const node of alive) await node.roster.beat();
      await store.care.care();
    }
  };
  const report = async () => (await store.jobs.get('report'))!;

  describe('a job that one node runs and others have disabled', () => {
    it('is active, whoever starts first or last', async () => {
      const second = await start('second', OFF);
      expect(second.outcome).toBe('created');
      expect(await report()).toMatchObject({ state: 'paused', pauseReason: 'disabled in code' });
      expect((await start('first', ON)).outcome).toBe('enabled');
      expect((await start('third', OFF)).outcome).toBe('unchanged');
      expect(await report()).toMatchObject({ state: 'active', pauseReason: null });
    });

    it('is no drift, and nobody adopts it', async () => {
      await start('first', ON);
      const { node } = await start('second', OFF);
      expect(await node.roster.beat()).toMatchObject({
        toAdopt: [],
        unknownTasks: [],
        switchedOff: [],
      });
    });

    it('waits for its node through a restart, and is paused once that has lasted', async () => {
      const { node: first } = await start('first', ON);
      await start('second', OFF);
      await stop(first);
      await pass(ORPHAN_AFTER_MS - minutes(1));
      expect(await report()).toMatchObject({ state: 'active' });
      await pass(minutes(2));
      expect(await report()).toMatchObject({
        state: 'paused',
        pauseReason: 'disabled in code',
        unknownSince: null,
      });
      const { revision } = await report();
      await pass(2 * ORPHAN_AFTER_MS);
      expect(await report()).toMatchObject({ state: 'paused', revision, unknownSince: null });
      expect((await start('first', ON)).outcome).toBe('enabled');
      expect(await report()).toMatchObject({ state: 'active' });
    });
  });

  it('a job is fired again when its node was only taken for dead, and does not start anew', async () => {
    const { node: first } = await start('first', ON);
    alive.delete(first);
    await pass(ORPHAN_AFTER_MS / 2);
    await start('second', OFF);
    expect(await report()).toMatchObject({ state: 'paused', pauseReason: 'disabled in code' });
    await first.roster.beat();
    await store.care.care();
    expect(await report()).toMatchObject({ state: 'active', pauseReason: null });
  });

  describe('a job that all nodes have disabled', () => {
    it('is no orphan before the last of them has gone for long', async () => {
      const { node } = await start('only', OFF);
      await pass(2 * ORPHAN_AFTER_MS);
      expect(await report()).toMatchObject({ state: 'paused' });
      await stop(node);
      await pass(ORPHAN_AFTER_MS + minutes(2));
      expect(await report()).toMatchObject({ state: 'orphaned' });
    });

    it('is not resumed: nobody would run it, and the answer says so', async () => {
      await start('only', OFF);
      await expect(store.jobs.resume('report')).rejects.toThrow(
        /disabled in code on every live node.*getCronJob\("report"\)\.start\(\)/s,
      );
    });

    it('may be run when somebody asks: a node hears that nobody else would', async () => {
      const { node } = await start('only', OFF);
      expect(await node.roster.beat()).toMatchObject({ switchedOff: ['report'] });
      await store.jobs.runNow('report', {});
      expect(await claim(node, 1, ['report'])).toMatchObject([{ cause: 'manual' }]);
    });

    it('fires nothing', async () => {
      const { node } = await start('only', OFF);
      const token = await lead(node);
      await pass(minutes(5));
      expect((await fireDue(store, node, token)).moved.size).toBe(0);
    });
  });
}
