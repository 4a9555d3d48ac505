import type { Claim } from './run-queue.js';

/** A claim as the ledger has it. */
export interface RunningClaim extends Claim {
  /** Why somebody wants it to end; null: nobody does. */
  readonly cancel: string | null;
}

export interface Heartbeat {
  /** Running in this node's name, as the ledger has it. */
  readonly running: readonly RunningClaim[];
  /** Tasks of active jobs that no live worker knows. */
  readonly unknownTasks: readonly string[];
  /** Ids of jobs that this node declares otherwise than the ledger has them, and nobody else so. */
  readonly toAdopt: readonly string[];
  /** Ids of jobs that are disabled here, and paused because nobody else is to run them either. */
  readonly switchedOff: readonly string[];
  /** Somebody holds the leader lock. */
  readonly led: boolean;
  /** Somebody wants this node to take no more runs. */
  readonly drain: boolean;
  /** The database's clock. */
  readonly at: Date;
  /** The same in milliseconds, where it is known more exactly. */
  readonly atMs?: number;
}

/** What keeps the event loop of a node from coming round. */
export interface Blocked {
  readonly since: Date;
  /** In words; null: it could not be found out, or not yet. */
  readonly by: string | null;
}

/** How a node is, told with each of its signs of life. */
export interface NodeVitals {
  /** How late its event loop came round at worst since the sign of life before, in ms. */
  readonly loopLagMs: number;
  /** Null: it comes round. */
  readonly blocked: Blocked | null;
}

/** Who this node is, as it stands in the `nodes` table. */
export interface NodeIdentity {
  /** A UUID, fresh at each start. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly schemaVersion: number;
  readonly roles: readonly string[];
  /** Task → hash of its declaration; null for a task without a trigger. */
  readonly tasks: Readonly<Record<string, string | null>>;
  /** Id of any other job that it declares → hash of that, or `disabled`: it is not to run it. */
  readonly jobs: Readonly<Record<string, string>>;
  /** How many runs it works on at once. Default: nothing is told. */
  readonly slots?: number;
  /** Read anew for each sign of life. Default: nothing is told. */
  readonly vitals?: NodeVitals;
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
