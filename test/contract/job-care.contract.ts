import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  aDeclaration,
  aJob,
  days,
  hours,
  later,
  minutes,
  NODE,
  TASK,
} from '../support/builders.js';
import { aNodeAtWork, claim, clockOf, fireDue, lead, pruneAll, runsOf } from './scenes.js';
import {
  DEAD_AFTER_MS,
  ORPHAN_AFTER_MS,
  RETENTION_DAYS,
  type MakeStore,
  type TestNode,
  type TestStore,
} from './test-store.js';

export function jobCareContract(makeStore: MakeStore): void {
  let store: TestStore;
  let node: TestNode;

  beforeEach(async () => {
    store = await makeStore();
    node = await aNodeAtWork(store);
  });
  afterEach(() => store.close());

  const job = async (id = 'report') => {
    const found = await store.jobs.get(id);
    if (!found) throw new Error(`the job ${id} is not there`);
    return found;
  };
  /** Time passes and the node stays alive. */
  const pass = async (ms: number) => {
    store.advance(ms);
    await node.roster.beat();
  };

  describe('a pause that ends by itself', () => {
    it('is told of ahead', async () => {
      expect(await store.care.care()).toBeNull();
      await store.jobs.add(aJob('later'), 'api');
      await store.jobs.add(aJob('sooner'), 'api');
      const now = await clockOf(store);
      await store.jobs.pause('later', { until: later(now, minutes(9)) });
      await store.jobs.pause('sooner', { until: later(now, minutes(4)) });
      const ms = await store.care.care();
      expect(ms).toBeGreaterThan(minutes(4) - 5_000);
      expect(ms).toBeLessThanOrEqual(minutes(4));
    });

    it('goes on until then', async () => {
      await store.jobs.add(aJob('report'), 'api');
      await store.jobs.pause('report', { until: later(await clockOf(store), minutes(4)) });
      await pass(minutes(3));
      await store.care.care();
      expect(await job()).toMatchObject({ state: 'paused', revision: 2 });
    });

    it('lets the job go on, and is one paused row', async () => {
      const { nextFireAt } = (await store.jobs.add(aJob('report'), 'api')).job;
      await store.jobs.pause('report', {
        until: later(await clockOf(store), minutes(2.5)),
        reason: 'a quiet hour',
      });
      await pass(minutes(2.6));
      await store.care.care();
      expect(await job()).toMatchObject({
        state: 'active',
        paused: false,
        pauseReason: null,
        pausedUntil: null,
        nextFireAt: later(nextFireAt!, minutes(2)),
      });
      expect(await runsOf(store, 'report')).toMatchObject([
        {
          reason: 'paused',
          coversFrom: nextFireAt,
          coversTo: later(nextFireAt!, minutes(1)),
          coversCount: 2,
        },
      ]);
      expect(store.told).toEqual(['log: Resumed 1 job, as the pause was over: report.']);
    });

    it('ends where it was to end, however late that is noticed', async () => {
      const { nextFireAt } = (await store.jobs.add(aJob('report'), 'api')).job;
      await store.jobs.pause('report', { until: nextFireAt! });
      await pass(minutes(5.5));
      await store.care.care();
      expect((await job()).nextFireAt).toEqual(nextFireAt);
      const token = await lead(node);
      await fireDue(store, node, token);
      expect((await runsOf(store, 'report')).map(({ reason }) => reason)).not.toContain('paused');
    });

    it('releases what it held', async () => {
      const token = await lead(node);
      await store.jobs.add(aJob('report'), 'api');
      await pass(minutes(1));
      await fireDue(store, node, token);
      await store.jobs.pause('report', { until: later(await clockOf(store), 1_000) });
      await pass(2_000);
      await store.care.care();
      await claim(node, 5);
      expect(await runsOf(store, 'report')).toMatchObject([{ state: 'running' }]);
    });
  });

  describe('a job that no live worker knows', () => {
    it('is noted once, without an edit', async () => {
      await store.jobs.add(aJob('report', { task: 'Gone.away' }), 'api');
      await store.jobs.add(aJob('known'), 'api');
      await store.care.care();
      const noted = await job();
      expect(noted).toMatchObject({ state: 'active', revision: 1 });
      expect(noted.unknownSince).toBeInstanceOf(Date);
      await pass(minutes(1));
      await store.care.care();
      expect(await job()).toEqual(noted);
      expect((await job('known')).unknownSince).toBeNull();
      expect(store.told).toHaveLength(1);
      expect(store.told[0]).toMatch(/^warn: No live worker knows or declares 1 job: report\./);
    });

    it('is not held against anybody who may only have been cut off', async () => {
      await store.jobs.add(aJob('report'), 'api');
      store.advance(DEAD_AFTER_MS);
      await store.care.care(false);
      expect((await job()).unknownSince).toBeNull();
      await store.care.care();
      expect((await job()).unknownSince).toBeInstanceOf(Date);
      store.advance(ORPHAN_AFTER_MS);
      await store.care.care(false);
      expect((await job()).state).toBe('active');
    });

    it('is known again as soon as a worker does', async () => {
      await store.jobs.add(aJob('report', { task: 'Gone.away' }), 'api');
      await store.care.care();
      await aNodeAtWork(store, 'south', { tasks: { 'Gone.away': null } });
      await store.care.care(false);
      expect(await job()).toMatchObject({ unknownSince: null, revision: 1 });
    });

    it('becomes an orphan after that has lasted, and what was overdue is one row', async () => {
      await store.jobs.add(aJob('report', { task: 'Gone.away' }), 'api');
      const { nextFireAt } = await job();
      await store.care.care();
      await pass(ORPHAN_AFTER_MS - 5_000);
      await store.care.care();
      expect((await job()).state).toBe('active');
      await pass(5_000);
      await store.care.care();
      expect(await job()).toMatchObject({ state: 'orphaned', nextFireAt: null, revision: 2 });
      expect(await runsOf(store, 'report')).toMatchObject([
        {
          state: 'skipped',
          reason: 'orphaned',
          coversFrom: nextFireAt,
          coversTo: later(nextFireAt!, minutes(14)),
          coversCount: 15,
        },
      ]);
      expect(store.told.at(-1)).toMatch(/^warn: Orphaned 1 job /);
    });

    it('is revived by code that returns: what it missed is one row', async () => {
      await store.jobs.add(aJob('report', { task: 'Gone.away' }), 'api');
      const { nextFireAt } = await job();
      await store.care.care();
      await pass(ORPHAN_AFTER_MS);
      await store.care.care();
      await pass(hours(1));
      await aNodeAtWork(store, 'south', { tasks: { 'Gone.away': null } });
      await store.care.care(false);
      expect(await job()).toMatchObject({
        state: 'active',
        unknownSince: null,
        nextFireAt: later(nextFireAt!, minutes(75)),
      });
      const rows = await runsOf(store, 'report');
      expect(rows).toMatchObject([
        { reason: 'orphaned', coversFrom: nextFireAt, coversTo: later(nextFireAt!, minutes(14)) },
        {
          reason: 'orphaned',
          coversFrom: later(nextFireAt!, minutes(15)),
          coversTo: later(nextFireAt!, minutes(74)),
          coversCount: 60,
        },
      ]);
    });

    it('keeps an operator’s pause through being orphaned and revived', async () => {
      await store.jobs.add(aJob('report', { task: 'Gone.away' }), 'api');
      await store.jobs.pause('report', { reason: 'by hand' });
      await store.care.care();
      await pass(ORPHAN_AFTER_MS);
      await store.care.care();
      expect((await job()).state).toBe('orphaned');
      await aNodeAtWork(store, 'south', { tasks: { 'Gone.away': null } });
      await store.care.care();
      expect(await job()).toMatchObject({
        state: 'paused',
        pauseReason: 'by hand',
        nextFireAt: null,
      });
    });

    it('is left alone when it has finished', async () => {
      const at = later(await clockOf(store), minutes(1)).toISOString();
      await store.jobs.add(
        aJob('report', { task: 'Gone.away', trigger: { type: 'date', at } }),
        'api',
      );
      const token = await lead(node);
      await pass(minutes(1));
      await fireDue(store, node, token);
      await store.care.care();
      expect(await job()).toMatchObject({ state: 'finished', unknownSince: null });
    });

    it('that this version cannot read is written nowhere, and keeps nobody from the rest', async () => {
      await store.jobs.add(aJob('bad', { task: 'Gone.away' }), 'api');
      await store.jobs.add(aJob('report', { task: 'Gone.away' }), 'api');
      await store.care.care();
      await store.spoil('bad');
      await pass(ORPHAN_AFTER_MS);
      await store.care.care();
      expect((await job()).state).toBe('orphaned');
      expect((await job('bad')).revision).toBe(1);
    });
  });

  describe('a declared job that no live node declares', () => {
    const hash = 'v1';
    const declared = { [TASK]: hash };

    it('is one that nobody knows, though its task is known', async () => {
      await store.jobs.declare(aDeclaration('report', { hash }), NODE);
      await store.care.care();
      expect((await job()).unknownSince).toBeInstanceOf(Date);
      await pass(ORPHAN_AFTER_MS);
      await store.care.care();
      expect((await job()).state).toBe('orphaned');
    });

    it('is known while some node declares it, in code or by configuration', async () => {
      await store.jobs.declare(aDeclaration(TASK, { hash }), NODE);
      await store.jobs.declare(aDeclaration('report', { hash, origin: 'config' }), NODE);
      await aNodeAtWork(store, 'south', { tasks: declared, jobs: { report: 'another' } });
      await store.care.care();
      expect((await job()).unknownSince).toBeNull();
      expect((await job(TASK)).unknownSince).toBeNull();
    });

    it('is nobody’s once its task has lost its trigger', async () => {
      await store.jobs.declare(aDeclaration(TASK, { hash }), NODE);
      await store.care.care();
      expect((await job(TASK)).unknownSince).toBeInstanceOf(Date);
    });

    it('is revived by the node that declares it again', async () => {
      await store.jobs.declare(aDeclaration(TASK, { hash }), NODE);
      await store.care.care();
      await pass(ORPHAN_AFTER_MS);
      await store.care.care();
      expect((await job(TASK)).state).toBe('orphaned');
      const south = await aNodeAtWork(store, 'south', { tasks: declared });
      expect(await store.jobs.declare(aDeclaration(TASK, { hash }), south.id)).toBe('revived');
      expect(await job(TASK)).toMatchObject({ state: 'active', unknownSince: null });
      await store.care.care();
      expect((await job(TASK)).revision).toBe(3);
    });
  });

  describe('a finished job', () => {
    const once = async (id: string, rest: object = {}) => {
      const at = later(await clockOf(store), minutes(1)).toISOString();
      await store.jobs.add(aJob(id, { trigger: { type: 'date', at }, ...rest }), 'api');
    };
    const finish = async (token: number) => {
      await pass(minutes(1));
      await fireDue(store, node, token);
      await store.care.care();
    };

    it('that is to be removed when it is done waits for its last run', async () => {
      const token = await lead(node);
      await once('report', { deleteWhenDone: true });
      await finish(token);
      expect((await job()).state).toBe('finished');
      const { runId, attempt } = await claimedOf('report');
      await store.care.care();
      expect(await store.jobs.get('report')).not.toBeNull();
      await node.queue.finish([{ runId, attempt, state: 'succeeded' }]);
      await store.care.care();
      expect(await store.jobs.get('report')).toBeNull();
      expect(await runsOf(store, 'report')).toMatchObject([{ state: 'succeeded' }]);
      expect(store.told).toEqual(['log: Removed 1 job that had finished: report.']);
    });

    it('is kept for as long as its history', async () => {
      const token = await lead(node);
      await once('report');
      await store.jobs.declare(
        aDeclaration('declared', { trigger: { type: 'date', at: '2020-01-01T00:00:00Z' } }),
        NODE,
      );
      await finish(token);
      const { runId, attempt } = await claimedOf('report');
      await node.queue.finish([{ runId, attempt, state: 'succeeded' }]);
      await pass(days(RETENTION_DAYS) + minutes(1));
      await store.care.care();
      expect((await job()).state).toBe('finished');
      await pruneAll(node);
      await store.care.care();
      expect(await store.jobs.get('report')).toBeNull();
      expect((await job('declared')).state).toBe('finished');
    });

    const claimedOf = async (id: string) => {
      const [run] = await runsOf(store, id);
      if (run?.state === 'pending') await claim(node, 100);
      return { runId: run!.id, attempt: (await store.runs.get(run!.id))!.attempt };
    };
  });

  it('does each thing once when two nodes care at the same time', async () => {
    await store.jobs.add(aJob('report'), 'api');
    await store.jobs.pause('report', { until: later(await clockOf(store), 1_000) });
    await pass(minutes(2));
    await Promise.all([store.care.care(), store.care.care(), store.care.care()]);
    expect((await job()).revision).toBe(3);
  });
}
