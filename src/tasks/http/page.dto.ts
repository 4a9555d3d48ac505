import { z } from 'zod';
import type { Page } from '../store/page.js';

const LIMIT = 'must be a whole number from 1 to 500';

/** What every list takes: how many items at most (1 to 500, 100 by default), and where to go on. */
export const pageQuerySchema = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,3}$/, { error: LIMIT })
    .transform(Number)
    .pipe(z.number().min(1, { error: LIMIT }).max(500, { error: LIMIT }))
    .prefault('100'),
  cursor: z.string().min(1).max(1_000).exactOptional(),
});

export function pageDto<T, U>(page: Page<T>, toDto: (item: T) => U): Page<U> {
  return { items: page.items.map(toDto), nextCursor: page.nextCursor };
}
