import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import type { Claim, Outcome, Recorded, RunQueue } from '../store/run-queue.js';
import type { HeldClaims } from './held-claims.js';
import { Loop } from './loop.js';

const MOST_WRITTEN = 500;

/**
 * Writes outcomes in batches: what comes in while one statement is on its way goes with the next.
 * An outcome is kept until the ledger has answered for it, however long the database is away.
 *
 * That a handler has ended whose time was over is written after every outcome that waits: before its
 * run's own outcome there would be nothing to take back.
 */
export class OutcomeWriter {
  private readonly loop: Loop;
  private waiting: Outcome[] = [];
  private ended: Claim[] = [];
  private empty: (() => void)[] = [];

  constructor(
    private readonly queue: RunQueue,
    private readonly held: HeldClaims,
    clock: Clock,
    log: Log,
    /** `null`: the run was not this node's any more. */
    private readonly recorded: (outcome: Outcome, recorded: Recorded | null) => void,
  ) {
    this.loop = new Loop('outcome writer', clock, log, () => this.turn());
  }

  start(): void {
    this.loop.start();
  }

  write(outcome: Outcome): void {
    this.held.end(outcome);
    this.waiting.push(outcome);
    this.loop.wake();
  }

  /** The handler of a run that had run out of time has ended at last. */
  returned(claim: Claim): void {
    this.ended.push(claim);
    this.loop.wake();
  }

  /** Resolves when everything is in the ledger. */
  flushed(): Promise<void> {
    return this.waiting.length + this.ended.length === 0
      ? Promise.resolve()
      : new Promise((resolve) => this.empty.push(resolve));
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  private async turn(): Promise<number> {
    const batch = this.waiting.slice(0, MOST_WRITTEN);
    if (batch.length > 0) {
      const written = await this.queue.finish(batch);
      this.waiting.splice(0, batch.length);
      this.settle(batch, written);
    }
    if (this.waiting.length > 0) return 0;
    const ended = this.ended.slice(0, MOST_WRITTEN);
    if (ended.length > 0) {
      await this.queue.returned(ended);
      this.ended.splice(0, ended.length);
    }
    if (this.waiting.length + this.ended.length > 0) return 0;
    for (const resolve of this.empty.splice(0)) resolve();
    return Infinity;
  }

  private settle(batch: readonly Outcome[], written: readonly Recorded[]): void {
    const byClaim = new Map(written.map((recorded) => [keyOf(recorded), recorded]));
    for (const outcome of batch) {
      this.held.remove(outcome);
      this.recorded(outcome, byClaim.get(keyOf(outcome)) ?? null);
    }
  }
}

const keyOf = ({ runId, attempt }: Claim) => `${runId}/${attempt}`;
