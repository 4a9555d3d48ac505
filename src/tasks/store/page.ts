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
