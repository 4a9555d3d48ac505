import { decodeCursor, pageOf } from '../store/cursor.js';
import type { Page, PageQuery } from '../store/page.js';

/** A page of all `items`, from behind the one at which the page before it ended. */
export function localPage<T>(
  items: readonly T[],
  { limit, cursor }: PageQuery,
  keyOf: (item: T) => string,
): Page<T> {
  const key = cursor === undefined ? null : decodeCursor(cursor);
  const from = key === null ? 0 : items.findIndex((item) => keyOf(item) === key) + 1;
  return pageOf(items.slice(from), limit, keyOf);
}
