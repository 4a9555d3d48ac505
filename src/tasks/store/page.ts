/** How many items there are in all. */
export interface Total {
  readonly count: number;
  /** False: at least so many. They are not counted beyond 10,000. */
  readonly exact: boolean;
}

/** More than so many are not counted. */
export const MOST_COUNTED = 10_000;

/** @param found of as many as are counted, and one more */
export const totalOf = (found: number): Total => ({
  count: Math.min(found, MOST_COUNTED),
  exact: found <= MOST_COUNTED,
});

/** One of these, or any of them. */
export type AnyOf<T> = T | readonly T[];

export const listOf = <T extends string>(some: AnyOf<T>): readonly T[] =>
  typeof some === 'string' ? [some] : some;

export interface PageQuery {
  /** How many items at most. */
  readonly limit: number;
  /** Where the previous page ended. */
  readonly cursor?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Give it back to get the next page; null on the last. */
  readonly nextCursor: string | null;
}
