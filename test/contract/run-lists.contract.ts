import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunFilter } from '../../src/tasks/store/run-store.js';
import { aJob, later, minutes } from '../support/builders.js';
import { aNodeAtWork, claim, clockOf } from './scenes.js';
import type { MakeStore, TestStore } from './test-store.js';

/** What narrows a list of runs, and how many there are. */
export function runListsContract(makeStore: MakeStore): void {
  let store: TestStore;

  beforeEach(async () => {
    store = await makeStore();
    for (const id of ['a', 'b', 'c']) {
      await store.jobs.add(
        aJob(id, { name: `The ${id.toUpperCase()}-team`, overlap: 'allow' }),
        'api',
      );
    }
  });
  afterEach(() => store.close());

  const ask = async (job: string) => (await store.jobs.runNow(job, {})).id;

  /** Runs of a job that ended like this, all of them claimed by one node. */
  async function ended(job: string, state: 'succeeded' | 'failed' | 'timed-out'): Promise<string> {
    const id = await ask(job);
    await store.amend(id, { state, attempt: 1, finishedAt: await clockOf(store) });
    return id;
  }

  /** One by one, so that each cursor counts; a page that is empty ends nothing. */
  async function list(filter: RunFilter, limit = 1): Promise<string[]> {
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await store.runs.list({ limit, ...filter, ...(cursor && { cursor }) });
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(new Set(ids).size).toBe(ids.length);
    return ids;
  }

  describe('lists of runs', () => {
    it('are narrowed by any of several jobs, states and causes', async () => {
      const first = await ended('a', 'failed');
      const second = await ended('b', 'timed-out');
      const third = await ended('c', 'succeeded');
      const fourth = await ask('a');
      expect(await list({ job: ['a', 'b'] })).toEqual([fourth, second, first]);
      expect(await list({ job: ['a', 'b'], cause: 'manual', state: 'failed' })).toEqual([first]);
      expect(await list({ state: ['failed', 'timed-out'] })).toEqual([second, first]);
      expect(await list({ state: ['failed', 'pending'] })).toEqual([fourth, first]);
      expect(await list({ state: ['succeeded', 'failed'], job: 'a' })).toEqual([first]);
      expect(await list({ state: ['succeeded', 'timed-out'] })).toEqual([third, second]);
      expect(await list({ state: ['pending', 'running'] })).toEqual([fourth]);
      expect(await list({ cause: ['manual', 'retry'] })).toEqual([fourth, third, second, first]);
      expect(await list({ cause: ['backfill'] })).toEqual([]);
    });

    it('hold what has ended and what is open of a task or node', async () => {
      const node = await aNodeAtWork(store);
      await ask('a');
      await claim(node, 1);
      const over = await ended('b', 'succeeded');
      const waiting = await ask('c');
      const all = await list({});
      expect(await list({ task: 'Reports.daily' })).toEqual(all);
      expect(await list({ task: 'Reports.daily', job: 'c' })).toEqual([waiting]);
      expect(await list({ task: 'Reports.daily', state: 'succeeded' })).toEqual([over]);
      expect(await list({ node: node.id })).toEqual([all[2]]);
      expect(await list({ node: node.id, state: 'pending' })).toEqual([]);
    });

    it('are by fire time where nothing else narrows them, and by age otherwise', async () => {
      const { fireAt } = await store.jobs.runNow('a', {});
      store.advance(minutes(1));
      await ended('b', 'failed');
      store.advance(minutes(1));
      const last = (await store.runs.get(await ask('c')))!;
      const all = await list({});
      expect(await list({ from: fireAt })).toEqual(all);
      expect(await list({ from: fireAt, to: last.fireAt })).toEqual(all.slice(1));
      expect(await list({ from: later(fireAt, 1), to: last.fireAt })).toEqual([all[1]]);
      expect(await list({ from: later(fireAt, 1), state: 'failed' })).toEqual([all[1]]);
      expect(await list({ from: later(last.fireAt, 1), job: 'c' })).toEqual([]);
    });

    it('are searched by id, by a part of the job and of the error', async () => {
      const node = await aNodeAtWork(store);
      const failing = await ask('a');
      const [claimed] = await claim(node, 1);
      const error = { name: 'DiskError', message: 'No 100% left on /dev/sda' };
      const { runId, attempt } = claimed!;
      await node.queue.finish([
        { runId, attempt, state: 'failed', result: null, error, handlerAlive: false },
      ]);
      const other = await ask('b');
      expect(await list({ text: failing })).toContain(failing);
      expect(await list({ text: '0% LEFT' })).toEqual([failing]);
      expect(await list({ text: '0_ left' })).toEqual([]);
      expect(await list({ text: 'diskerr' })).toEqual([failing]);
      expect(await list({ text: 'b-TEAM' })).toEqual([other]);
      expect(await list({ text: '-team' })).toEqual([other, failing]);
      expect(await list({ text: 'left', state: 'failed' })).toEqual([failing]);
      expect(await list({ text: 'left', job: 'b' })).toEqual([]);
      expect(await list({ text: 'b-team', state: 'pending' })).toEqual([other]);
    });

    it('have a total', async () => {
      await ended('a', 'failed');
      await ended('b', 'failed');
      await ask('c');
      const count = (filter: RunFilter) => store.runs.count(filter);
      expect(await count({})).toEqual({ count: 3, exact: true });
      expect(await count({ state: 'failed' })).toEqual({ count: 2, exact: true });
      expect(await count({ state: 'failed', job: 'a' })).toEqual({ count: 1, exact: true });
      expect(await count({ task: 'Reports.daily' })).toEqual({ count: 3, exact: true });
      expect(await count({ text: '-team' })).toEqual({ count: 3, exact: true });
      expect(await count({ job: ['a', 'c'] })).toEqual({ count: 2, exact: true });
    });
  });

  describe('requests for runs', () => {
    it('name who asked for a run by hand, or for a retry, and why', async () => {
      const by = { actor: 'ada', reason: 'a customer called' };
      const { id } = await store.jobs.runNow('a', {}, by);
      await store.runs.cancel(id, { actor: 'bob' });
      const retry = await store.runs.retry(id, { actor: 'eve' });
      const requests = await store.cluster.requests([id, retry.id, '999']);
      expect([...requests.keys()].toSorted()).toEqual([id, retry.id].toSorted());
      expect(requests.get(id)).toMatchObject({ ...by, action: 'job.run' });
      expect(requests.get(retry.id)).toMatchObject({ actor: 'eve', reason: null });
      expect((await store.cluster.requests([])).size).toBe(0);
    });

    it('name who asked for a backfill, for each of its runs', async () => {
      const first = (await store.jobs.get('a'))!.nextFireAt!;
      store.advance(minutes(5));
      const range = { from: first, to: later(first, minutes(1)) };
      const ask = { ...range, overlap: 'buffer-all', limit: 10, dryRun: false } as const;
      for (const actor of ['ada', 'bob']) {
        await store.jobs.backfill('a', ask, { actor });
        store.advance(minutes(1));
      }
      const { items } = await store.runs.list({ job: 'a', cause: 'backfill', limit: 10 });
      const requests = await store.cluster.requests(items.map(({ id }) => id));
      expect(items.map(({ id }) => requests.get(id)?.actor)).toEqual(['bob', 'bob', 'ada', 'ada']);
      expect(requests.get(items[0]!.id)).toMatchObject({
        action: 'job.backfill',
        details: { before: null, after: { runs: 2, skipped: 0 } },
      });
    });
  });
}
