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

/** The key of an item in the order of something else, of which it may have none, and then of its id. */
export const encodeSorted = (by: string | null, id: string): string => JSON.stringify([by, id]);

/** @throws InvalidInputError */
export function decodeSortedCursor(cursor: string): {
  readonly by: string | null;
  readonly id: string;
} {
  const [by, id, ...rest] = arrayOf(decodeCursor(cursor));
  const isText = by === null || typeof by === 'string';
  if (!isText || typeof id !== 'string' || rest.length > 0) throw badCursor();
  return { by, id };
}

/** The same in the order of an instant. @throws InvalidInputError */
export function decodeDatedCursor(cursor: string): {
  readonly at: Date | null;
  readonly id: string;
} {
  const { by, id } = decodeSortedCursor(cursor);
  const at = by === null ? null : new Date(by);
  if (at !== null && Number.isNaN(at.getTime())) throw badCursor();
  return { at, id };
}

/** The same in the order of a whole number. @throws InvalidInputError */
export function decodeCountedCursor(cursor: string): {
  readonly by: number | null;
  readonly id: string;
} {
  const { by, id } = decodeSortedCursor(cursor);
  if (by !== null && !/^-?\d{1,15}$/.test(by)) throw badCursor();
  return { by: by === null ? null : Number(by), id };
}

function arrayOf(key: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(key);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
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
