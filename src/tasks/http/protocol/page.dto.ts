import { createHash } from 'node:crypto';
import { z } from 'zod';
import { InvalidInputError } from '../../domain/errors.js';
import type { Page, PageQuery } from '../../store/page.js';
import { ProblemException } from './problem.js';

const LIMIT = 'must be a whole number from 1 to 500';

/** A whole number in a query, which is text. */
export const countSchema = (most: number, error: string) =>
  z
    .string()
    .regex(/^\d{1,5}$/, { error })
    .transform(Number)
    .pipe(z.number().min(1, { error }).max(most, { error }));

/** What every list takes: how many items at most (1 to 500, 100 by default), and where to go on. */
export const pageQuerySchema = z.strictObject({
  limit: countSchema(500, LIMIT).prefault('100'),
  cursor: z.string().min(1).max(1_000).exactOptional(),
});

/** What is asked for may be given more than once: any of it fits. */
export const several = <Item extends z.ZodType>(item: Item) =>
  z.union([item, z.array(item).min(1).max(50)], {
    // Of the two forms only the one that was given has something to say.
    error: ({ input, errors }) =>
      input === undefined
        ? 'must be given, once or more'
        : errors?.[Array.isArray(input) ? 1 : 0]?.[0]?.message,
  });

/** A switch in a query. */
export const yes = z
  .literal('true', { error: 'must be true, or left out' })
  .transform(() => true as const);

/** What a list answers: the items in order, and what to ask for the next ones. */
export const pageSchema = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** The same of a list that also says how many there are, if it is asked for the `total`. */
export const countedPageSchema = <Item extends z.ZodType>(item: Item) =>
  pageSchema(item).extend({
    total: z
      .object({ count: z.number().int(), exact: z.boolean() })
      .meta({ id: 'Total', description: 'How many there are; not exact: at least so many.' })
      .exactOptional(),
  });

/** A list that is given whole. */
export const listSchema = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item) });

export function pageDto<T, U>(page: Page<T>, toDto: (item: T) => U): Page<U> {
  return { items: page.items.map(toDto), nextCursor: page.nextCursor };
}

/**
 * A page by cursors that are bound to their filter: one that is given back with another filter would
 * silently leave items out, so it is refused.
 *
 * @param query what was asked, filters and all
 * @param list asks the store, whose cursors know nothing of filters
 */
export async function boundPage<Query extends PageQuery, T>(
  query: Query,
  list: (query: Query) => Promise<Page<T>>,
): Promise<Page<T>> {
  const { limit: _limit, cursor, ...filter } = query;
  const mark = createHash('sha256').update(canonical(filter)).digest('base64url').slice(0, 8);
  const page = await list(
    cursor === undefined ? query : { ...query, cursor: unbound(cursor, mark) },
  );
  const { nextCursor } = page;
  return { ...page, nextCursor: nextCursor && `${nextCursor}.${mark}` };
}

function unbound(cursor: string, mark: string): string {
  const [, key, given] = /^([\w-]+)\.([\w-]{8})$/.exec(cursor) ?? [];
  if (key === undefined) {
    throw new InvalidInputError('The query', [
      { pointer: '/cursor', message: 'is not one that a page gave: leave it out to start anew' },
    ]);
  }
  if (given === mark) return key;
  const message = 'belongs to another filter: leave it out to start anew';
  throw new ProblemException(400, 'cursor-mismatch', `The query was refused: /cursor ${message}`, {
    errors: [{ pointer: '/cursor', message }],
  });
}

const canonical = (filter: object) =>
  JSON.stringify(Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1)));
