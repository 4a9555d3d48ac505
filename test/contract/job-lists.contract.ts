import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobFilter, JobQuery } from '../../src/tasks/store/job-store.js';
import { aJob } from '../support/builders.js';
import { aNodeAtWork, fireDue, lead } from './scenes.js';
import type { MakeStore, TestStore } from './test-store.js';

/** The order of jobs in lists, what narrows one, and how many there are. */
export function jobListsContract(makeStore: MakeStore): void {
  let store: TestStore;

  beforeEach(async () => {
    store = await makeStore();
  });
  afterEach(() => store.close());

  /** One by one, so that each cursor counts. */
  async function list(query: Partial<JobQuery>): Promise<string[]> {
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await store.jobs.list({ limit: 1, ...query, ...(cursor && { cursor }) });
      ids.push(...page.items.map((job) => job.id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    return ids;
  }

  const at = (minute: number) => ({ type: 'date' as const, at: `2099-01-01T00:0${minute}:00Z` });

  describe('lists of jobs', () => {
    it('are by id, or the other way round', async () => {
      for (const id of ['b', 'c', 'a']) await store.jobs.add(aJob(id), 'api');
      expect(await list({})).toEqual(['a', 'b', 'c']);
      expect(await list({ direction: 'desc' })).toEqual(['c', 'b', 'a']);
    });

    it('are by name, whatever its case, and then by id', async () => {
      for (const [id, name] of [
        ['4', 'beta'],
        ['1', 'Gamma'],
        ['3', 'Alpha'],
        ['2', 'alpha'],
      ] as const) {
        await store.jobs.add(aJob(id, { name }), 'api');
      }
      expect(await list({ order: 'name' })).toEqual(['2', '3', '4', '1']);
      expect(await list({ order: 'name', direction: 'desc' })).toEqual(['1', '4', '3', '2']);
    });

    it('are by the next fire time, where those that have none come last either way', async () => {
      for (const [id, minute] of [
        ['c', 1],
        ['a', 3],
        ['b', 2],
        ['d', 2],
        ['e', 4],
      ] as const) {
        await store.jobs.add(aJob(id, { trigger: at(minute) }), 'api');
      }
      await store.jobs.pause('a');
      await store.jobs.pause('e');
      const byNext = { order: 'nextFireAt' } as const;
      expect(await list(byNext)).toEqual(['c', 'b', 'd', 'a', 'e']);
      expect(await list({ ...byNext, direction: 'desc' })).toEqual(['d', 'b', 'c', 'e', 'a']);
      expect(await list({ ...byNext, planned: true })).toEqual(['c', 'b', 'd']);
    });

    it('are by the last fire time', async () => {
      const node = await aNodeAtWork(store);
      const token = await lead(node);
      for (const id of ['b', 'a', 'never']) {
        const hours = id === 'never' ? 900 : 1;
        await store.jobs.add(aJob(id, { trigger: { type: 'interval', hours } }), 'api');
        store.advance(1_000);
      }
      store.advance(3_600_000);
      await fireDue(store, node, token);
      expect(await list({ order: 'lastFireAt' })).toEqual(['b', 'a', 'never']);
      expect(await list({ order: 'lastFireAt', direction: 'desc' })).toEqual(['a', 'b', 'never']);
    });

    it('refuse a cursor that another order gave', async () => {
      for (const id of ['a', 'b']) await store.jobs.add(aJob(id), 'api');
      const { nextCursor } = await store.jobs.list({ limit: 1, order: 'name' });
      const query = { limit: 1, order: 'nextFireAt', cursor: nextCursor! } as const;
      await expect(store.jobs.list(query)).rejects.toThrow('/cursor');
    });

    it('are narrowed by any of several tags, states and origins', async () => {
      await store.jobs.add(aJob('a', { tags: ['red', 'blue'] }), 'api');
      await store.jobs.add(aJob('b', { tags: ['blue'] }), 'config');
      await store.jobs.add(aJob('c', { tags: ['green'], paused: true }), 'api');
      expect(await list({ tag: ['red', 'green'] })).toEqual(['a', 'c']);
      expect(await list({ tag: 'blue' })).toEqual(['a', 'b']);
      expect(await list({ state: ['paused', 'finished'] })).toEqual(['c']);
      expect(await list({ state: ['active', 'paused'] })).toEqual(['a', 'b', 'c']);
      expect(await list({ origin: ['config'] })).toEqual(['b']);
      expect(await list({ origin: 'api', tag: 'blue' })).toEqual(['a']);
    });

    it('hold what will fire, with the runs that are left, for whoever looks ahead', async () => {
      await store.jobs.add(aJob('a', { maxRuns: 3, tags: ['red'] }), 'api');
      await store.jobs.add(aJob('b'), 'api');
      await store.jobs.add(aJob('c', { paused: true }), 'api');
      const planned = await store.jobs.planned({});
      expect(planned.map(({ id, left, revision }) => [id, left, revision])).toEqual([
        ['a', 3, 1],
        ['b', null, 1],
      ]);
      expect((await store.jobs.planned({ tag: 'red' })).map(({ id }) => id)).toEqual(['a']);
      const triggers = await store.jobs.triggersOf(['a', 'c', 'none']);
      expect([...triggers.keys()].toSorted()).toEqual(['a', 'c']);
      expect(triggers.get('a')).toEqual((await store.jobs.get('a'))?.trigger);
    });

    it('have a total, whatever page is looked at', async () => {
      for (const id of ['a', 'b', 'c'])
        await store.jobs.add(aJob(id, { paused: id === 'c' }), 'api');
      const count = (filter: JobFilter) => store.jobs.count(filter);
      expect(await count({})).toEqual({ count: 3, exact: true });
      expect(await count({ state: 'paused' })).toEqual({ count: 1, exact: true });
      expect(await count({ text: 'nobody' })).toEqual({ count: 0, exact: true });
    });
  });
}
