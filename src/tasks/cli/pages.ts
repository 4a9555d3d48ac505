import type { Page } from './answers.js';
import type { Api, Query } from './api.js';

/** What one page may hold, whatever it includes. */
const PAGE = 100;

/** A page of the ledger may be empty and still go on; a search for what is rare must end. */
const MOST_PAGES = 100;

export interface Listed<Item> {
  readonly items: readonly Item[];
  /** Whether there may be others. */
  readonly more: boolean;
}

/** All items of a list, however many pages that are. */
export const all = async <Item>(api: Api, path: string, query: Query): Promise<readonly Item[]> =>
  (await listed<Item>(api, path, query, Infinity, Infinity)).items;

/** Goes through the pages of a list until it has as many items as are wanted. */
export async function listed<Item>(
  api: Api,
  path: string,
  query: Query,
  limit: number,
  mostPages = MOST_PAGES,
): Promise<Listed<Item>> {
  const items: Item[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < mostPages; page += 1) {
    const asked: Query = {
      ...query,
      limit: String(Math.min(PAGE, limit - items.length)),
      cursor: cursor ?? undefined,
    };
    const answer: Page<Item> = await api.get<Page<Item>>(path, asked);
    items.push(...answer.items);
    cursor = answer.nextCursor;
    if (cursor === null || items.length >= limit) break;
  }
  return { items, more: cursor !== null };
}
