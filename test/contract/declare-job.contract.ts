import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeclaredJob } from '../../src/tasks/domain/declared-job.js';
import { aDeclaration, aJob, later, minutes, NODE, TASK } from '../support/builders.js';
import { aNodeAtWork, claim, clockOf, fireDue, lead, runsOf } from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

export function declareJobContract(makeStore: MakeStore): void {
  let store: TestStore;

  beforeEach(async () => {
    store = await makeStore();
  });
  afterEach(() => store.close());

  const declare = (declaration: Partial<DeclaredJob> = {}) =>
    store.jobs.declare(aDeclaration('report', declaration), NODE);
  const report = async () => {
    const job = await store.jobs.get('report');
    if (!job) throw new Error('the job is not there');
    return job;
  };
  const CONFIG = { origin: 'config' } as const;
  const hourly = { trigger: { type: 'interval', hours: 1 } } as const;

  describe('declaring a job', () => {
    it('makes it, an interval one period from now', async () => {
      expect(await declare()).toBe('created');
      const job = await report();
      expect(job).toMatchObject({ task: TASK, origin: 'declared', state: 'active', revision: 1 });
      expect(job.trigger).toMatchObject({ startAt: job.nextFireAt?.toISOString() });
    });

    it('unchanged keeps plan and revision', async () => {
      await declare();
      const before = await report();
      store.advance(minutes(3.5));
      expect(await declare()).toBe('unchanged');
      expect(await report()).toEqual(before);
    });

    it('changed plans anew from now on', async () => {
      await declare();
      expect(await declare(hourly)).toBe('replaced');
      const job = await report();
      expect(job).toMatchObject({ revision: 2, trigger: { hours: 1 } });
      const ahead = (job.nextFireAt as Date).getTime() - (await clockOf(store)).getTime();
      expect(ahead).toBeGreaterThan(minutes(59));
    });

    it('changed records what was overdue as a replaced range', async () => {
      await declare();
      const { nextFireAt: from } = await report();
      store.advance(minutes(3));
      await declare(hourly);
      expect(await runsOf(store, 'report')).toMatchObject([
        {
          state: 'skipped',
          reason: 'replaced',
          coversCount: 3,
          coversFrom: from,
          coversTo: later(from as Date, minutes(2)),
        },
      ]);
    });

    it('by several nodes at once makes one job, and leaves it alone after that', async () => {
      const answers = await Promise.all(Array.from({ length: 4 }, () => declare()));
      expect(answers.toSorted()).toEqual(['created', 'unchanged', 'unchanged', 'unchanged']);
      expect((await report()).revision).toBe(1);
    });

    it('does not touch a job of the same id that was made at run time', async () => {
      const { job } = await store.jobs.add(aJob('report', { priority: 4 }), 'api');
      expect(await declare(hourly)).toBe('taken');
      expect(await report()).toEqual(job);
    });

    it('lets what is running go on and what is pending start', async () => {
      await declare();
      const node = await aNodeAtWork(store);
      await store.jobs.runNow('report', {});
      await declare(hourly);
      expect(await claim(node, 1)).toHaveLength(1);
    });
  });

  describe('a configured job that is disabled', () => {
    it('makes a paused job that says so', async () => {
      await declare({ ...CONFIG, paused: true });
      expect(await report()).toMatchObject({
        state: 'paused',
        pauseReason: 'disabled in code',
        nextFireAt: null,
      });
    });

    it('pauses a job that was active, and resumes it when it is enabled again', async () => {
      await declare(CONFIG);
      await declare({ ...CONFIG, paused: true });
      expect((await report()).state).toBe('paused');
      await declare(CONFIG);
      expect(await report()).toMatchObject({ state: 'active', pauseReason: null });
      expect((await report()).nextFireAt).not.toBeNull();
    });

    it('can be resumed by an operator, which lasts as long as the declaration', async () => {
      await declare({ ...CONFIG, paused: true });
      await store.jobs.resume('report');
      expect(await declare({ ...CONFIG, paused: true })).toBe('unchanged');
      expect((await report()).state).toBe('active');
    });
  });

  describe("an operator's pause", () => {
    it('survives an unchanged and a changed declaration', async () => {
      await declare();
      await store.jobs.pause('report', { reason: 'incident' });
      await declare();
      await declare(hourly);
      expect(await report()).toMatchObject({
        state: 'paused',
        pauseReason: 'incident',
        nextFireAt: null,
        trigger: { hours: 1 },
      });
    });
  });

  describe('a job that fires after each cold start', () => {
    const start = (delayMs: number) => declare({ trigger: { type: 'start', delayMs } });
    let node: TestNode;

    beforeEach(async () => {
      node = await aNodeAtWork(store, 'first');
    });

    const startAgain = async () => {
      await node.roster.leave();
      node = await aNodeAtWork(store, 'next');
    };

    it('is armed by the first declaration of a start, and by no other', async () => {
      expect(await start(0)).toBe('created');
      expect(await start(0)).toBe('unchanged');
      await startAgain();
      expect(await start(0)).toBe('restarted');
      expect(await start(0)).toBe('unchanged');
    });

    it('is due so long after the start, however late it is declared', async () => {
      const startedAt = (await store.cluster.nodes())[0]!.startedAt;
      store.advance(minutes(2));
      await start(minutes(1));
      const { nextFireAt } = await report();
      const delay = (nextFireAt as Date).getTime() - startedAt.getTime();
      expect(Math.abs(delay - minutes(1))).toBeLessThan(1_000);
    });

    it('fires once for each start', async () => {
      const token = await lead(node);
      await start(0);
      store.advance(10);
      await fireDue(store, node, token);
      expect(await report()).toMatchObject({ state: 'finished', nextFireAt: null });
      await start(0);
      expect((await fireDue(store, node, token)).moved.size).toBe(0);
      await startAgain();
      await start(0);
      store.advance(10);
      await fireDue(store, node, token);
      expect(await runsOf(store, 'report')).toMatchObject([
        { state: 'pending' },
        { reason: 'overlapped' },
      ]);
    });

    it('of which two nodes hear at once is armed once', async () => {
      await start(0);
      await startAgain();
      const answers = await Promise.all([start(0), start(0), start(0)]);
      expect(answers.toSorted()).toEqual(['restarted', 'unchanged', 'unchanged']);
    });
  });

  it('keeps the last fire time of a job through changes of its declaration', async () => {
    const node = await aNodeAtWork(store);
    const token = await lead(node);
    await declare();
    store.advance(minutes(1));
    await fireDue(store, node, token);
    const { lastFireAt } = await report();
    await declare(hourly);
    expect((await report()).lastFireAt).toEqual(lastFireAt);
    expect(lastFireAt).not.toBeNull();
  });
}
