import { expect, it } from 'vitest';
import type { Api, Query } from './api.js';
import { all, listed } from './pages.js';

/** A list of so many numbers, a hundred a page. */
const apiWith = (count: number) =>
  ({
    get: async (_path: string, { limit, cursor }: Query) => {
      const from = Number(cursor ?? 0);
      const to = Math.min(count, from + Number(limit));
      const items = Array.from({ length: to - from }, (_, n) => from + n);
      return { items, nextCursor: to < count ? String(to) : null };
    },
  }) as unknown as Api;

it('a list ends at its limit, and says that there is more', async () => {
  const { items, more } = await listed(apiWith(500), 'runs', {}, 250);
  expect([items.length, more]).toEqual([250, true]);
});

it('all of a list is all of it, also of one that is longer than a search may go', async () => {
  const items = await all(apiWith(20_050), 'jobs', {});
  expect([items.length, items.at(-1)]).toEqual([20_050, 20_049]);
});
