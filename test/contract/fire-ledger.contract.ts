import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FirePlan } from '../../src/tasks/domain/fire-plan.js';
import type { Fire } from '../../src/tasks/store/fire-ledger.js';
import { aJob, aPolicy, hours, later, minutes, TASK } from '../support/builders.js';
import {
  aDueJobIn,
  aNodeAtWork,
  aRunningRun,
  clockOf,
  fireDue,
  lead,
  planDue,
  runsOf,
} from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

export function fireLedgerContract(makeStore: MakeStore): void {
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

  /** The only due job's fire, with another plan. */
  const planned = async (plan: (fireAt: Date) => Partial<FirePlan>): Promise<Fire> => {
    const [only] = await planDue(store, node);
    if (!only) throw new Error('nothing is due');
    return { job: only.job, plan: { ...only.plan, ...plan(only.job.nextFireAt) } };
  };

  describe('jobs that are due', () => {
    const ids = async (withinMs: number, most = 100) =>
      (await node.fires.due(withinMs, most)).jobs.map(({ jobId }) => jobId);

    it('come earliest first, as far ahead as asked', async () => {
      const now = await clockOf(store);
      for (const [id, minute] of Object.entries({ third: 30, first: 10, second: 20 })) {
        const at = later(now, minutes(minute)).toISOString();
        await store.jobs.add(aJob(id, { trigger: { type: 'date', at } }), 'api');
      }
      expect(await ids(0)).toEqual([]);
      expect(await ids(minutes(21))).toEqual(['first', 'second']);
      store.advance(minutes(60));
      expect(await ids(0)).toEqual(['first', 'second', 'third']);
    });

    it('of one instant come by id', async () => {
      const at = later(await clockOf(store), minutes(1)).toISOString();
      for (const id of ['b', 'c', 'a']) {
        await store.jobs.add(aJob(id, { trigger: { type: 'date', at } }), 'api');
      }
      expect(await ids(minutes(2))).toEqual(['a', 'b', 'c']);
    });

    it('are as many as asked, and it is said that there may be more', async () => {
      for (const id of ['a', 'b', 'c']) await store.jobs.add(aJob(id), 'api');
      expect(await node.fires.due(minutes(2), 2)).toMatchObject({
        jobs: [{ jobId: 'a' }, { jobId: 'b' }],
        more: true,
      });
      expect((await node.fires.due(minutes(2), 4)).more).toBe(false);
    });

    it('say all that the planner needs', async () => {
      const policy = aPolicy({ misfireGraceMs: null, coalesce: 'all', overlap: 'allow' });
      const trigger = { type: 'cron', expression: '* * * * *', timeZone: 'Europe/Berlin' } as const;
      await store.jobs.add(aJob('report', { ...policy, priority: -3, trigger }), 'api');
      const job = await store.jobs.get('report');
      const { jobs } = await node.fires.due(minutes(2), 1);
      expect(jobs).toEqual([
        {
          jobId: 'report',
          task: TASK,
          trigger,
          policy: { ...policy, priority: -3 },
          nextFireAt: job?.nextFireAt,
          revision: 1,
          inserts: '0',
        },
      ]);
    });

    it('are not held up by one whose row cannot be read', async () => {
      await aDueJobIn(store, 'broken');
      await aDueJobIn(store, 'sound');
      await store.spoil('broken');
      const { jobs, unreadable } = await node.fires.due(0, 10);
      expect(jobs.map(({ jobId }) => jobId)).toEqual(['sound']);
      expect(unreadable).toEqual([{ jobId: 'broken', reason: expect.any(String) as string }]);
    });

    it('are not paused or finished ones', async () => {
      const at = later(await clockOf(store), minutes(1)).toISOString();
      await store.jobs.add(aJob('once', { trigger: { type: 'date', at } }), 'api');
      await store.jobs.add(aJob('paused'), 'api');
      await store.jobs.pause('paused', null);
      store.advance(minutes(2));
      expect(await ids(0)).toEqual(['once']);
      await fireDue(store, node, token);
      expect(await ids(hours(1))).toEqual([]);
    });

    it('come with the pauses of the cluster that reach behind them', async () => {
      await store.cluster.pause('before any job');
      await store.cluster.resume();
      store.advance(minutes(1));
      await aDueJobIn(store, 'report');
      await store.cluster.pause('maintenance');
      store.advance(minutes(5));
      expect((await node.fires.due(0, 1)).pauses).toMatchObject({
        paused: true,
        count: 3,
        stretches: [{ from: expect.any(Date) as Date, to: null }],
      });
      await store.cluster.resume();
      const { pauses } = await node.fires.due(0, 1);
      expect(pauses).toMatchObject({ paused: false, count: 4 });
      expect(pauses.stretches).toHaveLength(1);
      const [{ from, to }] = pauses.stretches as [{ from: Date; to: Date }];
      expect(to.getTime() - from.getTime()).toBeGreaterThanOrEqual(minutes(5));
    });
  });

  describe('a fire', () => {
    it('moves the plan and inserts a pending run under the token', async () => {
      await aDueJobIn(store, 'report', { priority: 5 });
      const fireAt = (await store.jobs.get('report'))?.nextFireAt as Date;
      const fired = await fireDue(store, node, token);
      expect(fired).toMatchObject({ led: true, moved: new Set(['report']), pending: 1 });
      expect(await store.jobs.get('report')).toMatchObject({
        lastFireAt: fireAt,
        nextFireAt: later(fireAt, minutes(1)),
        revision: 1,
        state: 'active',
      });
      expect(await runsOf(store, 'report')).toMatchObject([
        {
          ...{ jobId: 'report', task: TASK, cause: 'fired', fireAt, runAt: fireAt },
          ...{ state: 'pending', reason: null, attempt: 0, nodeId: null, fencingToken: token },
          ...{ coversFrom: null, coversTo: null, coversCount: null, priority: 5 },
          ...{ startedAt: null, finishedAt: null, error: null, result: null },
        },
      ]);
    });

    it("answers with the database's clock", async () => {
      const before = await clockOf(store);
      const { at } = await node.fires.fire(token, 0, []);
      expect(at.getTime()).toBeGreaterThanOrEqual(before.getTime());
      expect(at.getTime()).toBeLessThanOrEqual((await clockOf(store)).getTime());
    });

    it('of the same fire time inserts once, however often it is repeated', async () => {
      await aDueJobIn(store, 'report');
      const fires = await planDue(store, node);
      expect(await fire(fires)).toMatchObject({ moved: new Set(['report']), pending: 1 });
      expect(await fire(fires)).toMatchObject({ led: true, moved: new Set(), pending: 0 });
      expect(await runsOf(store, 'report')).toHaveLength(1);
    });

    it('sent many times at once inserts once', async () => {
      await aDueJobIn(store, 'report');
      const fires = await planDue(store, node);
      const answers = await Promise.all(Array.from({ length: 6 }, () => fire(fires)));
      expect(answers.filter(({ moved }) => moved.has('report'))).toHaveLength(1);
      expect(await runsOf(store, 'report')).toHaveLength(1);
    });

    it('writes each range as one skipped row', async () => {
      await aDueJobIn(store, 'report');
      const skipped = await planned((fireAt) => ({
        candidates: [later(fireAt, minutes(3))],
        ranges: [
          { reason: 'misfired', from: fireAt, to: later(fireAt, minutes(1)), count: 2 },
          {
            reason: 'paused',
            from: later(fireAt, minutes(2)),
            to: later(fireAt, minutes(2)),
            count: null,
          },
        ],
        lastFireAt: later(fireAt, minutes(3)),
        nextFireAt: later(fireAt, minutes(4)),
      }));
      store.advance(minutes(3));
      expect(await fire([skipped])).toMatchObject({ pending: 1 });
      const { nextFireAt: fireAt } = skipped.job;
      const common = { cause: 'fired', state: 'skipped', fencingToken: token, startedAt: null };
      expect(await runsOf(store, 'report')).toMatchObject([
        {
          ...{ ...common, reason: 'misfired', fireAt: later(fireAt, minutes(1)) },
          ...{ coversFrom: fireAt, coversTo: later(fireAt, minutes(1)), coversCount: 2 },
          finishedAt: expect.any(Date) as Date,
        },
        {
          ...{ ...common, reason: 'paused', fireAt: later(fireAt, minutes(2)) },
          coversFrom: later(fireAt, minutes(2)),
          coversTo: later(fireAt, minutes(2)),
          coversCount: null,
        },
        { state: 'pending', reason: null, fireAt: later(fireAt, minutes(3)), coversFrom: null },
      ]);
    });

    it('without a next fire time finishes the job', async () => {
      const at = later(await clockOf(store), minutes(1));
      const trigger = { type: 'date', at: at.toISOString() } as const;
      await store.jobs.add(aJob('once', { trigger }), 'api');
      store.advance(minutes(2));
      await fireDue(store, node, token);
      expect(await store.jobs.get('once')).toMatchObject({
        state: 'finished',
        nextFireAt: null,
        lastFireAt: at,
      });
    });

    it('takes ids of any text', async () => {
      const ids = ['a,b', '{c}', '"d"', 'e\\f', 'NULL', ' g h', 'ü/€', "i'j"].map((id) =>
        id.trim(),
      );
      for (const id of ids) await store.jobs.add(aJob(id), 'api');
      store.advance(minutes(1));
      expect((await fireDue(store, node, token)).moved).toEqual(new Set(ids));
      await node.roster.beat();
      const claimed = await node.queue.claim([TASK], 100);
      expect(claimed.map(({ jobId }) => jobId).toSorted()).toEqual(ids.toSorted());
    });

    it('fires five hundred jobs at once', async () => {
      const at = later(await clockOf(store), minutes(1)).toISOString();
      for (let n = 0; n < 500; n++) {
        await store.jobs.add(aJob(`job-${n}`, { trigger: { type: 'date', at } }), 'api');
      }
      store.advance(minutes(1));
      expect(await fireDue(store, node, token)).toMatchObject({ pending: 500 });
    });
  });

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
        candidates: [nextFireAt],
        ranges: [],
        lastFireAt: nextFireAt,
        nextFireAt: later(nextFireAt, minutes(1)),
      };
      await expectUnmoved([{ job: jobs[0]!, plan }]);
    });

    it('that was edited since it was read', async () => {
      await aDueJobIn(store, 'report');
      const fires = await planDue(store, node);
      await store.jobs.pause('report', null);
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

  describe('overlap', () => {
    const fireAgain = async () => {
      store.advance(minutes(1));
      await node.roster.beat();
      return fireDue(store, node, token);
    };
    const states = async () =>
      (await runsOf(store, 'report')).map(({ state, reason }) => reason ?? state);

    it('skips the fire time while an earlier run is pending or running', async () => {
      await aDueJobIn(store, 'report');
      await fireDue(store, node, token);
      expect(await fireAgain()).toMatchObject({ moved: new Set(['report']), pending: 0 });
      await node.queue.claim([TASK], 1);
      await fireAgain();
      expect(await states()).toEqual(['running', 'overlapped', 'overlapped']);
    });

    it('counts a run that was asked for by hand', async () => {
      await aRunningRun(store, node, 'report');
      await fireAgain();
      expect(await states()).toEqual(['running', 'overlapped']);
    });

    it('does not count runs that have ended, or those of other jobs', async () => {
      const { runId, attempt } = await aRunningRun(store, node, 'report');
      await aRunningRun(store, node, 'other');
      await node.queue.finish([{ runId, attempt, state: 'failed' }]);
      await fireAgain();
      expect(await states()).toEqual(['failed', 'pending']);
    });

    it('writes a skipped fire time as ended, with its reason and without a range', async () => {
      await aRunningRun(store, node, 'report');
      await fireAgain();
      expect((await runsOf(store, 'report')).at(-1)).toMatchObject({
        ...{ state: 'skipped', reason: 'overlapped', coversFrom: null, fencingToken: token },
        ...{ finishedAt: expect.any(Date) as Date, startedAt: null },
      });
    });

    it('starts the earliest candidates first, up to the instances that are free', async () => {
      await aRunningRun(store, node, 'report', { maxInstances: 3, coalesce: 'all' });
      store.advance(minutes(3));
      await fireAgain();
      expect(await states()).toEqual(['running', 'pending', 'pending', 'overlapped', 'overlapped']);
    });

    it('has no limit under `allow`', async () => {
      await aRunningRun(store, node, 'report', { overlap: 'allow', coalesce: 'all' });
      store.advance(minutes(2));
      await fireAgain();
      expect(await states()).toEqual(['running', 'pending', 'pending', 'pending']);
    });
  });
}
