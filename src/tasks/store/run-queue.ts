import type { RunPolicy } from '../domain/run-policy.js';
import type { LogLevel, Progress, RunCause, RunError } from '../domain/run.js';

/** One claim takes no more: the nodes that come after would wait for it. */
export const MAX_CLAIMED = 100;

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
  /** Not to be started before. */
  readonly runAt: Date;
  readonly fencingToken: number | null;
  readonly policy: RunPolicy;
}

/**
 * A claim to give back. The same node may have claimed the run anew under the same attempt: `startedAt` tells
 * which claim is meant, whenever the statement arrives. Default: whichever there is.
 */
export interface Unstarted extends Claim {
  readonly startedAt?: Date;
}

/** What the ledger says that a node is running. */
export type OwnRun = ClaimedRun & Unstarted;

export interface Claimed {
  readonly runs: readonly ClaimedRun[];
  /**
   * In how many milliseconds it is worth asking again: when the next run of these tasks may start.
   * Null: none waits, or as many as there were slots were taken and others may start at once.
   */
  readonly nextInMs: number | null;
}

export interface Outcome extends Claim {
  readonly state: 'succeeded' | 'failed' | 'timed-out' | 'cancelled' | 'abandoned';
  readonly result?: unknown;
  readonly error?: RunError;
  /** The run is to be tried again after so long; not while its handler goes on. */
  readonly retryInMs?: number;
  /** Its handler goes on, although its time is over. */
  readonly handlerAlive?: boolean;
}

/** An outcome that the ledger took. */
export interface Recorded extends Claim {
  /** The job's next fire time. */
  readonly nextFireAt: Date | null;
}

/** Somebody's transaction holds the run, or its job: nothing was written, and it is to come again. */
export interface HeldOutcome extends Claim {
  readonly held: true;
}

/** A line of a run's log. */
export interface NewRunLine extends Claim {
  readonly at: Date;
  readonly level: LogLevel;
  readonly message: string;
}

/** How far a run has come. */
export interface RunProgress extends Claim {
  readonly progress: Progress;
}

/** What workers take from the ledger and give back to it. */
export abstract class RunQueue {
  /**
   * Takes up to `slots` pending runs of these tasks for this node. Which, when there are more of them:
   * `domain/pick-runs.ts`.
   *
   * @param slots no more than `MAX_CLAIMED`
   * @param limits how many runs of a task this node may take, for tasks that have a limit
   * @param turn how many slots were given before
   */
  abstract claim(
    tasks: readonly string[],
    slots: number,
    limits?: Readonly<Record<string, number>>,
    turn?: number,
  ): Promise<Claimed>;

  /** Runs that the ledger says this node is running. */
  abstract claimed(): Promise<readonly OwnRun[]>;

  /**
   * Makes claims pending again that were never started.
   *
   * @returns how many; the others somebody holds, or their jobs are being changed: they are to come again
   */
  abstract giveBack(claims: readonly Unstarted[]): Promise<number>;

  /**
   * Writes outcomes. What is missing from the answer is no longer this node's to finish. One that is
   * to be tried again becomes pending again, and its attempt is kept. It waits for nobody's lock.
   */
  abstract finish(outcomes: readonly Outcome[]): Promise<readonly (Recorded | HeldOutcome)[]>;

  /**
   * The handlers of runs that had run out of time have ended at last.
   *
   * @returns those that somebody holds, which are to come again
   */
  abstract returned(claims: readonly Claim[]): Promise<readonly Claim[]>;

  /** Adds to the logs of runs and says how far they have come; what is not this node's is dropped. */
  abstract report(lines: readonly NewRunLine[], progress: readonly RunProgress[]): Promise<void>;
}
