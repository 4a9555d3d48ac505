import type { RunCause, RunError } from '../domain/run.js';

/** One attempt of a run: the claim that every later write of it names. */
export interface Claim {
  readonly runId: string;
  readonly attempt: number;
}

export interface ClaimedRun extends Claim {
  readonly jobId: string;
  readonly task: string;
  readonly payload: unknown;
  readonly cause: RunCause;
  readonly fireAt: Date;
  readonly fencingToken: number | null;
}

export interface Outcome extends Claim {
  readonly state: 'succeeded' | 'failed' | 'abandoned';
  readonly result?: unknown;
  readonly error?: RunError;
}

/** An outcome that the ledger took. */
export interface Recorded extends Claim {
  /** The job's next fire time. */
  readonly nextFireAt: Date | null;
}

/** What workers take from the ledger and give back to it. */
export abstract class RunQueue {
  /** Takes up to `slots` pending runs of these tasks for this node. */
  abstract claim(tasks: readonly string[], slots: number): Promise<readonly ClaimedRun[]>;

  /** Runs that the ledger says this node is running. */
  abstract claimed(): Promise<readonly ClaimedRun[]>;

  /** Makes claims pending again that were never started. */
  abstract giveBack(claims: readonly Claim[]): Promise<void>;

  /** Writes outcomes. What is missing from the answer is no longer this node's to finish. */
  abstract finish(outcomes: readonly Outcome[]): Promise<readonly Recorded[]>;
}
