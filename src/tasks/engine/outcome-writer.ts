import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import type { Outcome, Recorded, RunQueue } from '../store/run-queue.js';
import type { HeldClaims } from './held-claims.js';
import { Loop } from './loop.js';

const MOST_WRITTEN = 500;

/**
 * Writes outcomes in batches: what comes in while one statement is on its way goes with the next.
 * An outcome is kept until the ledger has answered for it, however long the database is away.
 */
export class OutcomeWriter {
  private readonly loop: Loop;
  private waiting: Outcome[] = [];
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

  /** Resolves when every outcome is in the ledger. */
  flushed(): Promise<void> {
    return this.waiting.length === 0
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
      for (const outcome of batch) this.settle(outcome, written);
    }
    if (this.waiting.length > 0) return 0;
    for (const resolve of this.empty.splice(0)) resolve();
    return Infinity;
  }

  private settle(outcome: Outcome, written: readonly Recorded[]): void {
    this.held.remove(outcome);
    const { runId, attempt } = outcome;
    const recorded = written.find((row) => row.runId === runId && row.attempt === attempt);
    this.recorded(outcome, recorded ?? null);
  }
}
