import type { Claim } from './run-queue.js';

/** The transaction of a run that goes on in the database. */
export interface RunTransaction extends Claim {
  /** The server's process that works for it. */
  readonly pid: number;
  /** The ledger knows its claim as one that goes on. */
  readonly inForce: boolean;
  /** It is of this node. */
  readonly isOwn: boolean;
  /** Whose claim it is. */
  readonly nodeId: string | null;
  /** That node has said good-bye, or is not known. */
  readonly isGone: boolean;
  /** Its last sign of life: a text that changes with each. */
  readonly sign: string | null;
  /** How long that was ago by the database's clock, in ms. */
  readonly silentMs: number;
}

export interface RunTransactionsSeen {
  readonly all: readonly RunTransaction[];
  /** How long ago this node's own last sign of life was, in ms; infinite: it is not known. */
  readonly ownSilenceMs: number;
}

/** What became of a transaction that was to be ended. */
export interface TransactionEnd extends Claim {
  /** False: our role may not end it, which is that of `owner`. */
  readonly ended: boolean;
  readonly owner: string;
  /** Our role. */
  readonly role: string;
}

/** The transactions of runs, wherever they go on, and how the leader ends those that nobody else will. */
export abstract class LeftTransactions {
  abstract see(): Promise<RunTransactionsSeen>;

  /** Ends those that still go on. Null: the token is not in force. */
  abstract end(
    fencingToken: number,
    left: readonly RunTransaction[],
  ): Promise<readonly TransactionEnd[] | null>;
}
