import { InvalidInputError } from '../domain/errors.js';
import { isStorable } from '../domain/storable.js';
import type { Page } from './page.js';

/** Where a page ends: the key of its last item, made opaque so that nobody builds on its form. */
const encodeCursor = (key: string): string => Buffer.from(key).toString('base64url');

/** @throws InvalidInputError */
export function decodeCursor(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (key === '' || !isStorable(key) || encodeCursor(key) !== cursor) throw badCursor();
  return key;
}

/** A cursor whose key is a run's id. @throws InvalidInputError */
export function decodeIdCursor(cursor: string): string {
  const key = decodeCursor(cursor);
  if (!/^\d{1,18}$/.test(key)) throw badCursor();
  return key;
}

/** The key of an item in the order of an instant, where its id decides between equals. */
export const encodeDated = (at: Date | null, id: string): string => `${at?.toISOString()} ${id}`;

/** @throws InvalidInputError */
export function decodeDatedCursor(cursor: string): { readonly at: Date; readonly id: string } {
  const [, at = '', id = ''] = /^(\S+Z) (.+)$/s.exec(decodeCursor(cursor)) ?? [];
  const instant = new Date(at);
  if (Number.isNaN(instant.getTime())) throw badCursor();
  return { at: instant, id };
}

/** @param items one more than the page holds, if there are more */
export function pageOf<T>(items: readonly T[], limit: number, keyOf: (item: T) => string): Page<T> {
  const page = items.slice(0, limit);
  const last = page.at(-1);
  const more = items.length > limit && last !== undefined;
  return { items: page, nextCursor: more ? encodeCursor(keyOf(last)) : null };
}

const badCursor = () =>
  new InvalidInputError('The query', [
    { pointer: '/cursor', message: 'is not one that a page gave: leave it out to start anew' },
  ]);
