import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  InvalidInputError,
  JobExistsError,
  JobNotFoundError,
} from '../../src/tasks/domain/errors.js';
import type { Job } from '../../src/tasks/domain/job.js';
import type { JobQuery } from '../../src/tasks/store/job-store.js';
import { aDeclaration, aJob, later, minutes, NODE, TASK } from '../support/builders.js';
import {
  aDueJobIn,
  aNodeAtWork,
  aRunningRun,
  claim,
  clockOf,
  fireDue,
  lead,
  run,
  runsOf,
} from './scenes.js';
import { ORPHAN_AFTER_MS, type MakeStore, type TestStore } from './test-store.js';

export function jobStoreContract(makeStore: MakeStore): void {
  let store: TestStore;

  beforeEach(async () => {
    store = await makeStore();
  });
  afterEach(() => store.close());

  describe('adding a job', () => {
    it('plans it from now on and answers what is stored', async () => {
      const now = await clockOf(store);
      const { job } = await store.jobs.add(
        aJob('report', { name: 'Report', payload: { team: 7 }, tags: ['a', 'b'], priority: 2 }),
        'api',
      );
      expect(job).toMatchObject({
        id: 'report',
        name: 'Report',
        task: TASK,
        payload: { team: 7 },
        tags: ['a', 'b'],
        misfireGraceMs: 86_400_000,
        coalesce: 'latest',
        overlap: 'skip',
        maxInstances: 1,
        priority: 2,
        origin: 'api',
        state: 'active',
        paused: false,
        pauseReason: null,
        lastFireAt: null,
        revision: 1,
        updatedAt: job.createdAt,
      });
      expect(job.createdAt.getTime()).toBeGreaterThanOrEqual(now.getTime() - 1);
      expect(await store.jobs.get('report')).toEqual(job);
    });

    it('lets an interval begin one period after it was made, and keeps that anchor', async () => {
      const { job } = await store.jobs.add(aJob('report'), 'api');
      expect(job.nextFireAt?.getTime()).toBeGreaterThanOrEqual(job.createdAt.getTime() + 59_000);
      expect(job.trigger).toEqual({
        type: 'interval',
        minutes: 1,
        startAt: job.nextFireAt?.toISOString(),
      });
    });

    it('keeps an anchor that is given', async () => {
      const startAt = '2020-01-01T00:00:17.250Z';
      const trigger = { type: 'interval', minutes: 1, startAt } as const;
      const { job } = await store.jobs.add(aJob('report', { trigger }), 'api');
      expect(job.trigger).toEqual(trigger);
      expect(job.nextFireAt?.toISOString()).toMatch(/:17\.250Z$/);
    });

    it('takes the id for a name where none is given', async () => {
      expect((await store.jobs.add(aJob('report'), 'config')).job.name).toBe('report');
    });

    it('refuses an id that exists', async () => {
      const { job } = await store.jobs.add(aJob('report'), 'api');
      await expect(store.jobs.add(aJob('report', { priority: 9 }), 'api')).rejects.toThrow(
        JobExistsError,
      );
      expect(await store.jobs.get('report')).toEqual(job);
    });

    it('has one winner of many that add the same id at once', async () => {
      const asked = Array.from({ length: 4 }, () => store.jobs.add(aJob('report'), 'api'));
      const answers = await Promise.allSettled(asked);
      expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('refuses a trigger without a fire time after now', async () => {
      const at = later(await clockOf(store), -1).toISOString();
      const added = store.jobs.add(aJob('report', { trigger: { type: 'date', at } }), 'api');
      await expect(added).rejects.toThrow(InvalidInputError);
      await expect(added).rejects.toMatchObject({ issues: [{ pointer: '/trigger' }] });
      expect(await store.jobs.get('report')).toBeNull();
    });

    it('refuses an interval that is longer than the calendar', async () => {
      const trigger = { type: 'interval', weeks: 20_000_000_000 } as const;
      await expect(store.jobs.add(aJob('report', { trigger }), 'api')).rejects.toThrow(
        InvalidInputError,
      );
    });
  });

  describe('reading jobs', () => {
    const ids = async (query: Partial<JobQuery>) =>
      (await store.jobs.list({ limit: 100, ...query })).items.map(({ id }) => id);

    const someJobs = async () => {
      await store.jobs.add(aJob('a-report', { tags: ['x'], name: 'Daily 100% Report' }), 'api');
      await store.jobs.add(aJob('b-invoice', { task: 'Invoices.send', tags: ['x', 'y'] }), 'api');
      await store.jobs.add(aJob('c-report'), 'api');
      await store.jobs.pause('c-report');
    };

    it('finds none under an id that does not exist', async () => {
      expect(await store.jobs.get('unheard-of')).toBeNull();
    });

    it('lists them by id, and by task, tag and state', async () => {
      await someJobs();
      expect(await ids({})).toEqual(['a-report', 'b-invoice', 'c-report']);
      expect(await ids({ task: 'Invoices.send' })).toEqual(['b-invoice']);
      expect(await ids({ tag: 'x' })).toEqual(['a-report', 'b-invoice']);
      expect(await ids({ state: 'paused' })).toEqual(['c-report']);
      expect(await ids({ tag: 'x', state: 'paused' })).toEqual([]);
    });

    it('finds text in ids and names, whatever its case, and takes it literally', async () => {
      await someJobs();
      expect(await ids({ text: 'INVOICE' })).toEqual(['b-invoice']);
      expect(await ids({ text: 'daily' })).toEqual(['a-report']);
      expect(await ids({ text: '100%' })).toEqual(['a-report']);
      expect(await ids({ text: '_' })).toEqual([]);
      expect(await ids({ text: '\\' })).toEqual([]);
    });

    it('lists page after page, each job once', async () => {
      for (const id of ['e', 'b', 'd', 'a', 'c']) await store.jobs.add(aJob(id), 'api');
      const first = await store.jobs.list({ limit: 2 });
      const second = await store.jobs.list({ limit: 2, cursor: first.nextCursor! });
      const third = await store.jobs.list({ limit: 2, cursor: second.nextCursor! });
      const pages = [first, second, third].map(({ items }) => items.map(({ id }) => id));
      expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
      expect(third.nextCursor).toBeNull();
      expect((await store.jobs.list({ limit: 5 })).nextCursor).toBeNull();
    });

    it('refuses a cursor that no page gave', async () => {
      await expect(store.jobs.list({ limit: 2, cursor: '%%' })).rejects.toThrow(InvalidInputError);
    });
  });

  describe('removing a job', () => {
    it('makes its id free again, and the ledger stays', async () => {
      const node = await aNodeAtWork(store);
      const token = await lead(node);
      await aDueJobIn(store, 'report');
      await fireDue(store, node, token);
      await store.jobs.remove('report');
      expect(await store.jobs.get('report')).toBeNull();
      expect(await runsOf(store, 'report')).toHaveLength(1);
      await expect(store.jobs.add(aJob('report'), 'api')).resolves.toMatchObject({
        job: { revision: 1 },
      });
    });

    it('is refused while something declares it, with the remedy', async () => {
      for (const [id, origin, where] of [
        ['coded', 'declared', 'code'],
        ['configured', 'config', 'the configuration'],
      ] as const) {
        await store.jobs.declare(aDeclaration(id, { origin }), NODE);
        await expect(store.jobs.remove(id)).rejects.toThrow(
          `is declared by ${where}, so the next start would bring it back. Pause it, or set "disabled"`,
        );
        expect(await store.jobs.get(id)).toMatchObject({ state: 'active' });
      }
    });

    it('takes an orphan, which nothing declares any more', async () => {
      const { id } = await aNodeAtWork(store, 'old', { tasks: { report: 'v1' } });
      await store.jobs.declare(aDeclaration('report', { task: 'report', hash: 'v1' }), id);
      const other = await aNodeAtWork(store, 'new', { tasks: {} });
      for (let n = 0; n < 3; n++) {
        store.advance(ORPHAN_AFTER_MS);
        await other.roster.beat();
        await store.care.care();
      }
      expect(await store.jobs.get('report')).toMatchObject({ state: 'orphaned' });
      await store.jobs.remove('report');
      expect(await store.jobs.get('report')).toBeNull();
    });

    it('cancels what is pending and lets run what is running', async () => {
      const node = await aNodeAtWork(store);
      const { runId, attempt } = await aRunningRun(store, node, 'report', { overlap: 'allow' });
      const { id } = await store.jobs.runNow('report', {});
      await store.jobs.remove('report');
      expect(await run(store, id)).toMatchObject({
        state: 'cancelled',
        finishedAt: expect.any(Date) as Date,
      });
      expect(await claim(node, 5)).toEqual([]);
      const recorded = await node.queue.finish([{ runId, attempt, state: 'succeeded' }]);
      expect(recorded).toHaveLength(1);
    });

    it('records the fire times that were overdue as one range', async () => {
      await aDueJobIn(store, 'report');
      const fireAt = (await store.jobs.get('report'))?.nextFireAt as Date;
      store.advance(minutes(2));
      await store.jobs.remove('report');
      expect(await runsOf(store, 'report')).toMatchObject([
        {
          state: 'skipped',
          reason: 'replaced',
          cause: 'fired',
          coversCount: 3,
          coversFrom: fireAt,
          coversTo: later(fireAt, minutes(2)),
          fencingToken: null,
          fireAt: later(fireAt, minutes(2)),
        },
      ]);
    });

    it('cancels a run that waits for its job to be resumed', async () => {
      const node = await aNodeAtWork(store);
      const token = await lead(node);
      await aDueJobIn(store, 'report');
      await fireDue(store, node, token);
      await store.jobs.pause('report');
      await store.jobs.remove('report');
      expect(await runsOf(store, 'report')).toMatchObject([{ state: 'cancelled' }]);
    });
  });

  it('refuses to change or run a job that does not exist', async () => {
    const attempts: ((id: string) => Promise<unknown>)[] = [
      (id) => store.jobs.pause(id),
      (id) => store.jobs.modify(id, { name: 'x' }),
      (id) => store.jobs.reset(id),
      (id) => store.jobs.resume(id),
      (id) => store.jobs.remove(id),
      (id) => store.jobs.runNow(id, {}),
    ];
    for (const attempt of attempts) {
      await expect(attempt('unheard-of')).rejects.toThrow(JobNotFoundError);
    }
  });

  it('keeps every kind of JSON as it was given', async () => {
    const payloads: Job['payload'][] = [
      null,
      0,
      '',
      'ü€😀',
      [1, [null]],
      { a: { b: false } },
      true,
    ];
    for (const [n, payload] of payloads.entries()) {
      await store.jobs.add(aJob(`job-${n}`, { payload: payload as null }), 'api');
      expect((await store.jobs.get(`job-${n}`))?.payload).toEqual(payload);
    }
  });
}
