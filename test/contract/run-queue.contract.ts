import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClaimedRun, Outcome } from '../../src/tasks/store/run-queue.js';
import { aJob, hours, minutes, TASK } from '../support/builders.js';
import { aDueJobIn, aNodeAtWork, aRunningRun, fireDue, lead, run, runsOf } from './scenes.js';
import { DEAD_AFTER_MS, type MakeStore, type TestNode, type TestStore } from './test-store.js';

export function runQueueContract(makeStore: MakeStore): void {
  let store: TestStore;
  let north: TestNode;
  let south: TestNode;

  beforeEach(async () => {
    store = await makeStore();
    north = await aNodeAtWork(store, 'north');
    south = await aNodeAtWork(store, 'south');
  });
  afterEach(() => store.close());

  /** As many pending runs of one job. */
  const pendingRuns = async (count: number) => {
    await store.jobs.add(aJob('report', { overlap: 'allow' }), 'api');
    for (let n = 0; n < count; n++) await store.jobs.runNow('report', { payload: n });
  };
  const jobIds = (runs: readonly ClaimedRun[]) => runs.map(({ jobId }) => jobId);
  const settled = (state: Outcome['state'], { runId, attempt }: ClaimedRun): Outcome => ({
    runId,
    attempt,
    state,
  });

  describe('claiming', () => {
    it('makes a run this node’s, and says all that a handler needs', async () => {
      await store.jobs.add(aJob('report', { payload: { team: 7 } }), 'api');
      const asked = await store.jobs.runNow('report', {});
      const claimed = await north.queue.claim([TASK], 5);
      expect(claimed).toEqual([
        {
          ...{ runId: asked.id, attempt: 1, jobId: 'report', task: TASK, cause: 'manual' },
          ...{ payload: { team: 7 }, fireAt: asked.fireAt, fencingToken: null },
        },
      ]);
      expect(await run(store, asked.id)).toMatchObject({
        ...{ state: 'running', nodeId: north.id, attempt: 1, finishedAt: null },
        startedAt: expect.any(Date) as Date,
      });
      expect(await north.queue.claimed()).toEqual(claimed);
      expect(await south.queue.claimed()).toEqual([]);
    });

    it('hands over the payload of the ask instead of that of the job, null among them', async () => {
      await store.jobs.add(aJob('report', { payload: 'usual', overlap: 'allow' }), 'api');
      for (const ask of [{ payload: 'other' }, { payload: null }, {}]) {
        await store.jobs.runNow('report', ask);
      }
      const claimed = await north.queue.claim([TASK], 5);
      expect(claimed.map(({ payload }) => payload)).toEqual(['other', null, 'usual']);
    });

    it('names the token of the leader that fired the run', async () => {
      const token = await lead(north);
      await aDueJobIn(store, 'report');
      await fireDue(store, north, token);
      await north.roster.beat();
      expect(await north.queue.claim([TASK], 1)).toMatchObject([
        { fencingToken: token, cause: 'fired' },
      ]);
    });

    it('goes by priority, then by the time from which a run may start', async () => {
      for (const [id, priority] of [
        ['late', 1],
        ['usual', 0],
        ['urgent', -5],
        ['usual-too', 0],
      ] as const) {
        await store.jobs.add(aJob(id, { priority }), 'api');
        await store.jobs.runNow(id, {});
        store.advance(10);
      }
      const claimed = jobIds(await north.queue.claim([TASK], 3));
      expect(claimed).toEqual(['urgent', 'usual', 'usual-too']);
    });

    it('takes no more than there are slots', async () => {
      await pendingRuns(4);
      expect(await north.queue.claim([TASK], 3)).toHaveLength(3);
      expect(await north.queue.claim([TASK], 3)).toHaveLength(1);
    });

    it('takes only runs of the given tasks', async () => {
      await store.jobs.add(aJob('report'), 'api');
      await store.jobs.add(aJob('invoice', { task: 'Invoices.send' }), 'api');
      for (const id of ['report', 'invoice']) await store.jobs.runNow(id, {});
      expect(jobIds(await north.queue.claim(['Invoices.send'], 5))).toEqual(['invoice']);
      expect(await north.queue.claim(['Unheard.of'], 5)).toEqual([]);
      expect(jobIds(await north.queue.claim([TASK, 'Unheard.of'], 5))).toEqual(['report']);
    });

    it('by many at once gives no run to two of them, and none is left over', async () => {
      await pendingRuns(60);
      const claims = [north, south].flatMap((node) =>
        Array.from({ length: 4 }, () => node.queue.claim([TASK], 10)),
      );
      const claimed = (await Promise.all(claims)).flat().map(({ runId }) => runId);
      expect(new Set(claimed).size).toBe(claimed.length);
      const left = [];
      for (;;) {
        const more = await south.queue.claim([TASK], 10);
        if (more.length === 0) break;
        left.push(...more);
      }
      expect(claimed.length + left.length).toBe(60);
    });

    it('finds nothing while the cluster is paused', async () => {
      await pendingRuns(1);
      await store.cluster.pause(null);
      expect(await north.queue.claim([TASK], 1)).toEqual([]);
      await store.cluster.resume();
      expect(await north.queue.claim([TASK], 1)).toHaveLength(1);
    });

    it('finds nothing for a node that has been silent, until it is heard of again', async () => {
      await pendingRuns(1);
      store.advance(DEAD_AFTER_MS);
      expect(await north.queue.claim([TASK], 1)).toEqual([]);
      await north.roster.beat();
      expect(await north.queue.claim([TASK], 1)).toHaveLength(1);
    });

    it('finds nothing for a node that has left or was never known', async () => {
      await pendingRuns(1);
      await north.roster.leave();
      expect(await north.queue.claim([TASK], 1)).toEqual([]);
      expect(await store.node('stranger').queue.claim([TASK], 1)).toEqual([]);
    });

    it('passes over runs whose job is paused, and takes them when it is resumed', async () => {
      const token = await lead(north);
      await aDueJobIn(store, 'report');
      await fireDue(store, north, token);
      await north.roster.beat();
      await store.jobs.pause('report', null);
      expect(await north.queue.claim([TASK], 1)).toEqual([]);
      await store.jobs.resume('report');
      expect(await north.queue.claim([TASK], 1)).toHaveLength(1);
    });
  });

  describe('the misfire grace of a run that waited', () => {
    const firedAndWaiting = async (waitMs: number, misfireGraceMs: number | null) => {
      const token = await lead(north);
      await aDueJobIn(store, 'report', { misfireGraceMs });
      await fireDue(store, north, token);
      store.advance(waitMs);
      await north.roster.beat();
      return north.queue.claim([TASK], 1);
    };
    const only = async () => (await runsOf(store, 'report'))[0];

    it('skips it when it has passed', async () => {
      expect(await firedAndWaiting(minutes(10), minutes(9))).toEqual([]);
      expect(await only()).toMatchObject({
        ...{ state: 'skipped', reason: 'misfired', startedAt: null, coversFrom: null },
        finishedAt: expect.any(Date) as Date,
      });
    });

    it('lets it start while it lasts, or when there is none', async () => {
      expect(await firedAndWaiting(minutes(10), minutes(12))).toHaveLength(1);
    });

    it('is endless when it is null', async () => {
      expect(await firedAndWaiting(hours(24 * 365), null)).toHaveLength(1);
    });

    it('may be longer than any calendar reaches', async () => {
      expect(await firedAndWaiting(minutes(1), Number.MAX_SAFE_INTEGER)).toHaveLength(1);
    });

    it('does not concern a run that was asked for by hand', async () => {
      await store.jobs.add(aJob('report', { misfireGraceMs: 1_000 }), 'api');
      await store.jobs.runNow('report', {});
      store.advance(hours(1));
      await north.roster.beat();
      expect(await north.queue.claim([TASK], 1)).toHaveLength(1);
    });
  });

  describe('finishing', () => {
    it('writes the outcome, and says when the job fires next', async () => {
      const claimed = await aRunningRun(store, north, 'report');
      const error = { name: 'TypeError', message: 'no team', cause: { name: 'E', message: 'm' } };
      const outcome: Outcome = { ...settled('failed', claimed), error };
      expect(await north.queue.finish([outcome])).toEqual([
        {
          runId: claimed.runId,
          attempt: 1,
          nextFireAt: (await store.jobs.get('report'))?.nextFireAt,
        },
      ]);
      expect(await run(store, claimed.runId)).toMatchObject({
        ...{ state: 'failed', error, result: null, nodeId: north.id, attempt: 1 },
        finishedAt: expect.any(Date) as Date,
      });
      expect(await north.queue.claimed()).toEqual([]);
    });

    it('keeps the result', async () => {
      const claimed = await aRunningRun(store, north);
      const result = { rows: [1, 'two', null], nested: { ok: true } };
      await north.queue.finish([{ ...settled('succeeded', claimed), result }]);
      expect(await run(store, claimed.runId)).toMatchObject({ state: 'succeeded', result });
    });

    it('takes many outcomes at once, each to its own run', async () => {
      await pendingRuns(20);
      const claimed = await north.queue.claim([TASK], 20);
      await north.queue.finish(
        claimed.map((one) => ({ ...settled('succeeded', one), result: one.payload })),
      );
      const runs = await runsOf(store, 'report');
      expect(runs.map(({ result }) => result)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    });

    it('is refused to a node that does not have the claim', async () => {
      const claimed = await aRunningRun(store, north);
      expect(await south.queue.finish([settled('failed', claimed)])).toEqual([]);
      expect(await run(store, claimed.runId)).toMatchObject({ state: 'running', error: null });
    });

    it('is refused to an older attempt', async () => {
      const first = await aRunningRun(store, north);
      const stale = { ...first, attempt: 0 };
      expect(await north.queue.finish([settled('failed', stale)])).toEqual([]);
      expect(await run(store, first.runId)).toMatchObject({ state: 'running' });
    });

    it('is refused once the run was settled, and leaves it as it is', async () => {
      const token = await lead(south);
      const claimed = await aRunningRun(store, north);
      await north.roster.leave();
      await south.fires.settle(token);
      const before = await run(store, claimed.runId);
      const outcome = { ...settled('succeeded', claimed), result: 'late' };
      expect(await north.queue.finish([outcome])).toEqual([]);
      expect(await run(store, claimed.runId)).toEqual(before);
      expect(before.state).toBe('abandoned');
    });

    it('takes the rest where one outcome is refused', async () => {
      const mine = await aRunningRun(store, north, 'mine');
      const theirs = await aRunningRun(store, south, 'theirs');
      const recorded = await north.queue.finish([
        settled('succeeded', theirs),
        settled('succeeded', mine),
      ]);
      expect(recorded.map(({ runId }) => runId)).toEqual([mine.runId]);
    });

    it('repeated after a lost answer is answered as recorded, and changes nothing', async () => {
      const outcome = settled('succeeded', await aRunningRun(store, north));
      const first = await north.queue.finish([outcome]);
      const written = await run(store, outcome.runId);
      store.advance(1_000);
      expect(await north.queue.finish([outcome])).toEqual(first);
      expect(await run(store, outcome.runId)).toEqual(written);
    });

    it('tells of no next fire time when the job is gone', async () => {
      const claimed = await aRunningRun(store, north, 'report');
      await store.jobs.remove('report');
      expect(await north.queue.finish([settled('succeeded', claimed)])).toMatchObject([
        { nextFireAt: null },
      ]);
    });
  });

  describe('giving back', () => {
    it('makes the run pending again, as if it had never been claimed', async () => {
      await store.jobs.add(aJob('report'), 'api');
      const before = await store.jobs.runNow('report', {});
      const claimed = await north.queue.claim([TASK], 1);
      await north.queue.giveBack(claimed);
      expect(await run(store, before.id)).toEqual(before);
      expect(await south.queue.claim([TASK], 1)).toMatchObject([{ runId: before.id, attempt: 1 }]);
    });

    it('cancels the run when its job is gone', async () => {
      const claimed = await aRunningRun(store, north, 'report');
      await store.jobs.remove('report');
      await north.queue.giveBack([claimed]);
      expect(await run(store, claimed.runId)).toMatchObject({
        state: 'cancelled',
        finishedAt: expect.any(Date) as Date,
      });
    });

    it('leaves the run waiting when its job is paused', async () => {
      const token = await lead(north);
      await aDueJobIn(store, 'report');
      await fireDue(store, north, token);
      await north.roster.beat();
      const claimed = await north.queue.claim([TASK], 1);
      await store.jobs.pause('report', null);
      await north.queue.giveBack(claimed);
      expect(await run(store, claimed[0]!.runId)).toMatchObject({ state: 'pending' });
      expect(await north.queue.claim([TASK], 1)).toEqual([]);
      await store.jobs.resume('report');
      expect(await north.queue.claim([TASK], 1)).toHaveLength(1);
    });

    it('does not hold a run that was asked for by hand', async () => {
      const claimed = await aRunningRun(store, north, 'report');
      await store.jobs.pause('report', null);
      await north.queue.giveBack([claimed]);
      expect(await north.queue.claim([TASK], 1)).toHaveLength(1);
    });

    it('does nothing for another node, an older attempt or a run that has ended', async () => {
      const claimed = await aRunningRun(store, north);
      await south.queue.giveBack([claimed]);
      await north.queue.giveBack([{ ...claimed, attempt: 0 }]);
      expect(await run(store, claimed.runId)).toMatchObject({ state: 'running' });
      await north.queue.finish([settled('succeeded', claimed)]);
      await north.queue.giveBack([claimed]);
      expect(await run(store, claimed.runId)).toMatchObject({ state: 'succeeded' });
    });
  });
}
