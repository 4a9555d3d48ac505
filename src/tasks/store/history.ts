/** What is kept for a while and then deleted, each on its own. */
export const KEPT = [
  'runs',
  'nodes',
  'audit',
  'idempotency-keys',
  'terms',
  'pauses',
  'sums',
  'counted-hours',
] as const;
export type Kept = (typeof KEPT)[number];

/** A slice of what was deleted. */
export interface Pruned {
  /** How many of them are gone. */
  readonly rows: number;
  /** There may be more to delete. */
  readonly more: boolean;
  /** The age that the slice has reached, to go on from; null: nothing that has one was found. */
  readonly upTo: Date | null;
}

/** So many terms of leaders are kept, however old they are. */
export const MAX_TERMS_KEPT = 1_000;

/** The past, and its end. */
export abstract class History {
  /**
   * Deletes some of what is older than the retention, in one short statement: runs with their attempts
   * and lines, nodes that nobody has heard of since, the audit, the keys of requests, pauses of
   * the cluster, sums and how far they are counted; of the terms of leaders, all but the last. What somebody's transaction holds is
   * passed over. It harms nobody when two nodes do it at once.
   *
   * @param from goes on from there: what is older was looked at before. Default: from the oldest
   */
  abstract prune(what: Kept, from?: Date | null): Promise<Pruned>;
}
