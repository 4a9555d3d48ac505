import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FirePlan } from '../../src/tasks/domain/fire-plan.js';
import { jitterOf } from '../../src/tasks/domain/jitter.js';
import type { Run } from '../../src/tasks/domain/run.js';
import type { Fire } from '../../src/tasks/store/fire-ledger.js';
import { aJob, later, minutes, TASK } from '../support/builders.js';
import {
  aDueJobIn,
  aNodeAtWork,
  aRunningRun,
  claim,
  clockOf,
  fireDue,
  lead,
  planDue,
  runsOf,
} from './scenes.js';
import type { MakeStore, TestNode, TestStore } from './test-store.js';

export function firingContract(makeStore: MakeStore): void {
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
          jobId: 'report',
          task: TASK,
          cause: 'fired',
          fireAt,
          runAt: fireAt,
          state: 'pending',
          reason: null,
          attempt: 0,
          nodeId: null,
          fencingToken: token,
          coversFrom: null,
          coversTo: null,
          coversCount: null,
          priority: 5,
          startedAt: null,
          finishedAt: null,
          error: null,
          result: null,
        },
      ]);
    });

    it('claims for this node what is wanted here, and leaves the rest to whoever comes', async () => {
      await store.jobs.add(aJob('there'), 'api');
      await aDueJobIn(store, 'here', { payload: { team: 7 }, timeoutMs: 5_000 });
      await node.roster.beat();
      const fires = (await planDue(store, node)).map((each) => ({
        ...each,
        here: each.job.jobId === 'here',
      }));
      const fired = await fire(fires);
      expect(fired).toMatchObject({ moved: new Set(['here', 'there']), pending: 1 });
      const [run] = await runsOf(store, 'here');
      expect(fired.claimed).toEqual([
        {
          runId: run!.id,
          attempt: 1,
          jobId: 'here',
          task: TASK,
          payload: { team: 7 },
          cause: 'fired',
          fireAt: run!.fireAt,
          runAt: run!.runAt,
          fencingToken: token,
          policy: { timeoutMs: 5_000, retry: { maxAttempts: 1 }, transactional: false },
        },
      ]);
      expect(run).toMatchObject({ state: 'running', attempt: 1, nodeId: node.id });
      expect(run!.startedAt).not.toBeNull();
      const other = await aNodeAtWork(store);
      expect((await claim(other, 5)).map(({ jobId }) => jobId)).toEqual(['there']);
      const [answer] = await node.queue.finish([
        { runId: run!.id, attempt: 1, state: 'succeeded' },
      ]);
      expect(answer).toMatchObject({ runId: run!.id });
    });

    it('claims nothing before its time, whatever the node believes', async () => {
      await aDueJobIn(store, 'here', { jitterMs: 50_000 });
      const [only] = await planDue(store, node);
      const [candidate] = only!.plan.candidates;
      const runAt = later(await clockOf(store), minutes(1));
      const plan = { ...only!.plan, candidates: [{ fireAt: candidate!.fireAt, runAt }] };
      const fired = await fire([{ job: only!.job, plan, here: true }]);
      expect(fired).toMatchObject({ pending: 1, claimed: [] });
    });

    it('claims nothing for a node that has said good-bye', async () => {
      await aDueJobIn(store, 'here');
      const [only] = await planDue(store, node);
      await node.roster.leave();
      const fired = await fire([{ ...only!, here: true }]);
      expect(fired).toMatchObject({ pending: 1, claimed: [] });
      expect(await runsOf(store, 'here')).toMatchObject([{ state: 'pending', nodeId: null }]);
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
        candidates: [{ fireAt: later(fireAt, minutes(3)), runAt: later(fireAt, minutes(3)) }],
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
          ...common,
          reason: 'misfired',
          fireAt: later(fireAt, minutes(1)),
          coversFrom: fireAt,
          coversTo: later(fireAt, minutes(1)),
          coversCount: 2,
          finishedAt: expect.any(Date) as Date,
        },
        {
          ...common,
          reason: 'paused',
          fireAt: later(fireAt, minutes(2)),
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

    it('lets a run wait for its jitter, and its fire time is the same', async () => {
      await aDueJobIn(store, 'report', { jitterMs: 50_000 });
      const fireAt = (await store.jobs.get('report'))!.nextFireAt!;
      await fireDue(store, node, token);
      const runAt = later(fireAt, jitterOf('report', fireAt, 50_000));
      expect(await runsOf(store, 'report')).toMatchObject([{ fireAt, runAt, state: 'pending' }]);
      expect(runAt.getTime()).toBeGreaterThan(fireAt.getTime());
    });

    it('says what it wrote where somebody wants to know', async () => {
      await aRunningRun(store, node, 'busy');
      await store.jobs.add(aJob('free'), 'api');
      store.advance(minutes(1));
      await node.roster.beat();
      const { rows } = await fireDue(store, node, token, true);
      const [busy, free] = [await runsOf(store, 'busy'), await runsOf(store, 'free')];
      const of = ({ id, jobId, fireAt, state, reason }: Run) =>
        ({ runId: id, jobId, fireAt, state, reason }) as const;
      const written = rows.toSorted((a, b) => (a.jobId < b.jobId ? -1 : 1));
      expect(written).toEqual([of(busy.at(-1)!), of(free.at(-1)!)]);
      expect(written).toMatchObject([{ reason: 'overlapped' }, { state: 'pending', reason: null }]);
      store.advance(minutes(1));
      expect((await fireDue(store, node, token)).rows).toEqual([]);
    });

    it('takes ids of any text', async () => {
      const ids = ['a,b', '{c}', '"d"', 'e\\f', 'NULL', ' g h', 'ü/€', "i'j"].map((id) =>
        id.trim(),
      );
      for (const id of ids) await store.jobs.add(aJob(id), 'api');
      store.advance(minutes(1));
      expect((await fireDue(store, node, token)).moved).toEqual(new Set(ids));
      await node.roster.beat();
      const claimed = await claim(node, 100);
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
}
