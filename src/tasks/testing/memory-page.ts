import { InvalidInputError } from '../domain/errors.js';
import type { Page, PageQuery } from '../store/page.js';

/** A page of `items`, which are in order and begin where the cursor's item ended. */
export function pageOf<T>(
  items: readonly T[],
  { limit, cursor }: PageQuery,
  keyOf: (item: T) => string,
  isAfter: (item: T, key: string) => boolean,
  isKey: (key: string) => boolean = () => true,
): Page<T> {
  const key = cursor === undefined ? null : decoded(cursor, isKey);
  const rest = key === null ? items : items.filter((item) => isAfter(item, key));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const more = rest.length > limit && last !== undefined;
  return { items: page, nextCursor: more ? encoded(keyOf(last)) : null };
}

const encoded = (key: string) => Buffer.from(key).toString('base64url');

function decoded(cursor: string, isKey: (key: string) => boolean): string {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (key !== '' && encoded(key) === cursor && isKey(key)) return key;
  throw new InvalidInputError('The query', [
    { pointer: '/cursor', message: 'is not one that a page gave: leave it out to start anew' },
  ]);
}
