import type { Claim } from './run-queue.js';

export interface Heartbeat {
  /** Running in this node's name, as the ledger has it. */
  readonly running: readonly Claim[];
  /** The database's clock. */
  readonly at: Date;
}

/** Who is alive. */
export abstract class NodeRoster {
  /**
   * Makes this node known. Where no other node is alive, the cluster starts cold: a new generation
   * begins, and with it what is to run once after each start.
   */
  abstract register(): Promise<void>;

  /** One sign of life for the node and all its runs. */
  abstract beat(): Promise<Heartbeat>;

  /** Says good-bye, so that nobody waits for this node. */
  abstract leave(): Promise<void>;
}
