import { decodeCursor, pageOf } from '../cursor.js';
import type { Page, PageQuery } from '../page.js';

/** A page of `items`, which are in order and begin where the cursor's item ended. */
export function pageAfter<T>(
  items: readonly T[],
  { limit, cursor }: PageQuery,
  keyOf: (item: T) => string,
  isAfter: (item: T, key: string) => boolean,
  decode = decodeCursor,
): Page<T> {
  const key = cursor === undefined ? null : decode(cursor);
  const rest = key === null ? items : items.filter((item) => isAfter(item, key));
  return pageOf(rest, limit, keyOf);
}
