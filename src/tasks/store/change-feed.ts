import type { RunState } from '../domain/run.js';

/** Something that has changed: enough to know what to read again. */
export type Change =
  | {
      readonly kind: 'job';
      readonly jobId: string;
      /** Null: the job is gone. */
      readonly revision: number | null;
      /** Such as `job.pause`. */
      readonly action: string;
    }
  | {
      readonly kind: 'run';
      readonly runId: string;
      readonly jobId: string;
      readonly state: RunState;
      readonly attempt: number;
    }
  | { readonly kind: 'cluster'; readonly action: string }
  | { readonly kind: 'leader'; readonly nodeId: string; readonly fencingToken: number }
  | { readonly kind: 'node'; readonly nodeId: string; readonly stopped: boolean };

export interface Changes {
  /** The same change has the same key whenever it is read, and no other has it. */
  readonly changes: readonly { readonly key: string; readonly change: Change }[];
  /** There were more than asked for. */
  readonly more: boolean;
  /** The store's clock. */
  readonly now: Date;
}

/**
 * What has changed lately, in the whole cluster. It is read from what is stored anyway, so it costs
 * nothing while nobody asks. What a transaction stamps and then commits late appears late: ask again
 * from a little earlier, and know by the key what was there before.
 */
export abstract class ChangeFeed {
  /** @param since null: nothing, only what time it is */
  abstract since(since: Date | null, limit: number): Promise<Changes>;
}
