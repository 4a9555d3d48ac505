import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Run } from '../../src/tasks/domain/run.js';
import type { DeclaredJob } from '../../src/tasks/domain/declared-job.js';
import { aDeclaration, minutes } from '../support/builders.js';
import { aNodeAtWork, clockOf, fireDue, lead, runsOf } from './scenes.js';
import { ORPHAN_AFTER_MS, type MakeStore, type TestNode, type TestStore } from './test-store.js';

/** What a version of the host's code declares: id → its fields that are not the usual ones. */
type Version = Readonly<Record<string, Partial<DeclaredJob>>>;

const EVERY_2 = { trigger: { type: 'interval', minutes: 2 } } as const;
const EVERY_MINUTE = { type: 'cron', expression: '* * * * *', timeZone: 'UTC' } as const;

/** Nodes of one version take the place of those of another, as a deploy does. */
export function deploysContract(makeStore: MakeStore): void {
  let store: TestStore;
  let leader: TestNode;
  let token: number;
  let nodes: { node: TestNode; declared: readonly DeclaredJob[] }[];

  beforeEach(async () => {
    store = await makeStore();
    // It knows nothing of any job, and stays while the others come and go.
    leader = await aNodeAtWork(store, 'leader', { tasks: {} });
    token = await lead(leader);
    nodes = [];
  });
  afterEach(() => store.close());

  const declarationsOf = (version: Version) =>
    Object.entries(version).map(([id, declaration]) =>
      aDeclaration(id, { task: id, ...declaration }),
    );

  const start = async (name: string, version: Version) => {
    const declared = declarationsOf(version);
    const tasks = Object.fromEntries(declared.map(({ id, hash }) => [id, hash]));
    const node = await aNodeAtWork(store, name, { tasks });
    nodes.push({ node, declared });
    const outcomes = [];
    for (const job of declared) outcomes.push(await store.jobs.declare(job, node.id));
    return { node, outcomes };
  };
  const stop = async (node: TestNode) => {
    await node.roster.leave();
    nodes = nodes.filter((one) => one.node !== node);
  };
  /** Every node says that it is alive, and brings back what it is given to adopt. */
  const beat = async () => {
    await leader.roster.beat();
    const adopted: string[] = [];
    for (const { node, declared } of nodes) {
      const { toAdopt } = await node.roster.beat();
      for (const job of declared.filter(({ id }) => toAdopt.includes(id))) {
        adopted.push(`${node.name} ${job.id} ${await store.jobs.declare(job, node.id)}`);
      }
    }
    return adopted;
  };
  /** Minute after minute the leader fires what is due and looks after the rest. */
  const live = async (howManyMinutes: number) => {
    for (let n = 0; n < howManyMinutes; n++) {
      store.advance(minutes(1));
      await beat();
      await store.care.care();
      await fireDue(store, leader, token);
      for (const { node, declared } of nodes) {
        const tasks = declared.map(({ task }) => task);
        const claimed: unknown = await node.queue.claim(tasks, 100);
        const runs = Array.isArray(claimed) ? claimed : (claimed as { runs: unknown[] }).runs;
        const outcomes = (runs as { runId: string; attempt: number }[]).map((run) => ({
          runId: run.runId,
          attempt: run.attempt,
          state: 'succeeded' as const,
        }));
        await node.queue.finish(outcomes);
      }
    }
  };
  const job = async (id = 'report') => (await store.jobs.get(id))!;
  /** Each row as `from-to:what became of it`, in minutes since the first fire time. */
  const ledger = async (id: string, first: Date) => {
    const minute = (at: Date) => Math.round((at.getTime() - first.getTime()) / minutes(1));
    const line = ({ coversFrom, fireAt, state, reason }: Run) =>
      `${minute(coversFrom ?? fireAt)}-${minute(fireAt)}:${reason ?? state}`;
    return (await runsOf(store, id)).toSorted((a, b) => +a.fireAt - +b.fireAt).map(line);
  };
  const ran = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, n) => `${from + n}-${from + n}:succeeded`);

  it('that changes nothing moves no plan', async () => {
    const old = await start('old', { report: {} });
    const { nextFireAt } = await job();
    await live(2);
    const { outcomes } = await start('new', { report: {} });
    expect(outcomes).toEqual(['unchanged']);
    await stop(old.node);
    await live(2);
    expect((await job()).revision).toBe(1);
    expect(await ledger('report', nextFireAt!)).toEqual(ran(0, 3));
  });

  it('that changes when a job fires counts no fire time twice and loses none', async () => {
    const old = await start('old', { report: { trigger: EVERY_MINUTE } });
    const first = (await job()).nextFireAt!;
    await live(3);
    // Overdue, as the leader is late.
    store.advance(minutes(2));
    const { outcomes } = await start('new', { report: EVERY_2 });
    expect(outcomes).toEqual(['replaced']);
    const { nextFireAt } = await job();
    const now = await clockOf(store);
    expect(nextFireAt!.getTime() - now.getTime()).toBeGreaterThan(minutes(1.9));
    await stop(old.node);
    await live(3);
    const lines = await ledger('report', first);
    expect(lines.slice(0, 4)).toEqual([...ran(0, 2), '3-4:replaced']);
    expect(lines).toHaveLength(5);
  });

  it('that brings a new job makes it, once, however many nodes start', async () => {
    await start('old', { report: {} });
    const outcomes = await Promise.all(
      ['a', 'b', 'c'].map((name) => start(name, { report: {}, other: {} })),
    );
    const others = outcomes.map(({ outcomes: [, other] }) => String(other)).toSorted(byName);
    expect(others).toEqual(['created', 'unchanged', 'unchanged']);
    const first = (await job('other')).nextFireAt!;
    await live(2);
    expect(await ledger('other', first)).toEqual(ran(0, 1));
  });

  it('that drops a job leaves it to the old nodes, then to nobody, and deletes nothing', async () => {
    const old = await start('old', { report: {}, other: {} });
    const first = (await job()).nextFireAt!;
    await start('new', { other: {} });
    await live(2);
    expect(await job()).toMatchObject({ state: 'active', unknownSince: null });
    await stop(old.node);
    await live(1);
    expect((await job()).unknownSince).not.toBeNull();
    await live(ORPHAN_AFTER_MS / minutes(1) + 1);
    expect(await job()).toMatchObject({ state: 'orphaned', nextFireAt: null });
    expect((await job('other')).state).toBe('active');
    const lines = await ledger('report', first);
    expect(lines.slice(0, 2)).toEqual(ran(0, 1));
    // While it was not yet an orphan it was fired, and what was fired waits.
    expect(lines[2]).toBe('2-2:pending');
  });

  it('that renames a job makes another one, and the old name becomes an orphan', async () => {
    const old = await start('old', { report: {} });
    const before = await start('new', { renamed: {} });
    expect(before.outcomes).toEqual(['created']);
    await stop(old.node);
    await live(ORPHAN_AFTER_MS / minutes(1) + 2);
    expect(await job()).toMatchObject({ state: 'orphaned' });
    expect(await job('renamed')).toMatchObject({ state: 'active' });
    const again = await start('old again', { report: {} });
    expect(again.outcomes).toEqual(['revived']);
    expect(await job()).toMatchObject({ state: 'active', unknownSince: null });
  });

  describe('while nodes of both versions are alive', () => {
    const v1 = { report: {} };
    const v2 = { report: EVERY_2 };

    it('does not give in to an old one that starts again', async () => {
      await start('old', v1);
      await start('new', v2);
      const { outcomes } = await start('old again', v1);
      expect(outcomes).toEqual(['drifted']);
      expect((await job()).trigger).toMatchObject({ minutes: 2 });
      expect(await beat()).toEqual([]);
    });

    it('gives in to one that was never in force, for it must be newer', async () => {
      await start('old', v1);
      await start('new', v2);
      const { outcomes } = await start('newer', { report: { priority: 5 } });
      expect(outcomes).toEqual(['replaced']);
      expect((await job()).priority).toBe(5);
    });

    it('is rolled back when the last new one has gone', async () => {
      await start('old', v1);
      const one = await start('new', v2);
      const two = await start('also new', v2);
      await stop(one.node);
      expect(await beat()).toEqual([]);
      await stop(two.node);
      expect(await beat()).toEqual(['old report replaced']);
      expect((await job()).trigger).toMatchObject({ minutes: 1 });
      expect(await beat()).toEqual([]);
    });

    it('is rolled back by one of several that differ, and stays so', async () => {
      await start('old', v1);
      await start('older', { report: { priority: 9 } });
      const { node } = await start('new', v2);
      await stop(node);
      expect(await beat()).toHaveLength(1);
      const { revision } = await job();
      expect(await beat()).toEqual([]);
      expect((await job()).revision).toBe(revision);
    });

    it('and back again is a new deploy', async () => {
      await start('old', v1);
      const { node } = await start('new', v2);
      await stop(node);
      await beat();
      const { outcomes } = await start('new again', v2);
      expect(outcomes).toEqual(['drifted']);
      await stop(nodes.find(({ node: { name } }) => name === 'old')!.node);
      expect(await beat()).toEqual(['new again report replaced']);
      expect((await job()).trigger).toMatchObject({ minutes: 2 });
    });
  });

  it('leaves the time that code has set as it is, which the next cold start takes back', async () => {
    const old = await start('old', { report: { trigger: EVERY_MINUTE } });
    const set = await store.jobs.retime('report', EVERY_2.trigger);
    expect(set).toMatchObject({ trigger: EVERY_2.trigger, overridden: [], revision: 2 });
    await live(3);
    const deployed = await start('new', { report: { trigger: EVERY_MINUTE } });
    expect(deployed.outcomes).toEqual(['unchanged']);
    for (const { node } of [old, deployed]) await stop(node);
    await leader.roster.leave();
    store.advance(minutes(3));
    const cold = await start('cold', { report: { trigger: EVERY_MINUTE } });
    expect(cold.outcomes).toEqual(['restored']);
    expect(await job()).toMatchObject({ trigger: EVERY_MINUTE, state: 'active' });
    const reasons = (await runsOf(store, 'report')).map(({ state, reason }) => reason ?? state);
    expect(reasons.toSorted()).toEqual(['replaced', 'succeeded']);
    const another = await start('another', { report: { trigger: EVERY_MINUTE } });
    expect(another.outcomes).toEqual(['unchanged']);
  });

  it('leaves the time alone that somebody has overridden, whatever code sets', async () => {
    await start('old', { report: { trigger: EVERY_MINUTE } });
    await store.jobs.modify('report', EVERY_2);
    const { trigger } = await job();
    const hourly = { type: 'interval', hours: 1 } as const;
    expect(await store.jobs.retime('report', hourly)).toMatchObject({ trigger, revision: 2 });
    await expect(store.jobs.retime('mail', hourly)).rejects.toThrow('mail');
  });

  it('leaves an operator’s pause and changes as they are, there and back', async () => {
    const old = await start('old', { report: {} });
    await store.jobs.modify('report', { priority: 3 });
    await store.jobs.pause('report', { reason: 'by hand' });
    const { node } = await start('new', { report: { ...EVERY_2, tags: ['new'] } });
    await stop(old.node);
    await live(4);
    const kept = { state: 'paused', pauseReason: 'by hand', priority: 3, nextFireAt: null };
    expect(await job()).toMatchObject({ ...kept, tags: ['new'], overridden: ['priority'] });
    await start('old again', { report: {} });
    await stop(node);
    await beat();
    expect(await job()).toMatchObject({ ...kept, tags: [], overridden: ['priority'] });
    await store.jobs.resume('report');
    expect((await job()).nextFireAt).not.toBeNull();
    // What the new version would have fired meanwhile.
    expect(await runsOf(store, 'report')).toMatchObject([
      { state: 'skipped', reason: 'paused', coversCount: 2 },
    ]);
  });
}

const byName = (a: string, b: string) => (a < b ? -1 : 1);
