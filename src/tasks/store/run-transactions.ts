import type { Claim } from './run-queue.js';

/** Somebody cancelled the run before its success was written. Everything was rolled back. */
export class CancelledBeforeCommit extends Error {
  /** @param why what whoever cancelled it said */
  constructor(readonly why: string) {
    super(`the run was cancelled: ${why}`);
  }
}

/** Transactions of the host's database, in which what a run writes and its success are one. */
export abstract class RunTransactions {
  /**
   * Calls `body` in a transaction, in which everything takes part that `body` and what it calls do
   * with the host's database. Then writes the run's success and commits, both or neither.
   *
   * @param body resolves with the result to record, as JSON
   * @param over ends the transaction at once, and with it the connection. Default: nothing does
   * @returns false: the run is no longer this node's, and everything was rolled back
   * @throws what `body` throws, after everything was rolled back; CancelledBeforeCommit
   */
  abstract run(claim: Claim, body: () => Promise<unknown>, over?: AbortSignal): Promise<boolean>;
}
