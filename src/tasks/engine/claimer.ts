import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import type { ClaimedRun, RunQueue } from '../store/run-queue.js';
import type { HeldClaims } from './held-claims.js';
import { Loop } from './loop.js';

export interface ClaimerOptions {
  readonly tasks: readonly string[];
  /** How often to look although nothing was heard. */
  readonly pollMs: number;
  readonly deadAfterMs: number;
}

/** Larger claims would hold up the nodes that come after. */
const MOST_CLAIMED = 100;

/**
 * Takes pending runs for this node, never more than it has free slots.
 *
 * What can go wrong, and why it does not:
 *
 * - The answer of a claim is lost: the ledger has runs in this node's name that it does not know of.
 *   Before the next claim it asks for them and gives them back. There is one question at a time, so
 *   none of them can be a claim whose answer is still to come. A claim may even reach the database
 *   after that question; then a heartbeat's answer tells of it, and the ledger is asked again.
 * - The process froze between the claim and its answer, for so long that the runs may have been
 *   settled. They are not started but given back, which touches only what is still this node's.
 */
export class Claimer {
  private readonly loop: Loop;
  private free = 0;
  private inDoubt = false;
  private stopping = false;

  constructor(
    private readonly queue: RunQueue,
    private readonly held: HeldClaims,
    private readonly options: ClaimerOptions,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly claimed: (runs: readonly ClaimedRun[]) => void,
  ) {
    this.loop = new Loop('claimer', clock, log, () => this.turn());
  }

  start(): void {
    this.loop.start();
  }

  /** There may be runs to claim. */
  wake(): void {
    this.loop.wake();
  }

  /** @param free how many runs this node could start now */
  setFree(free: number): void {
    const more = free > this.free;
    this.free = free;
    if (more) this.loop.wake();
  }

  /** Resolves when no claim is on its way. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.loop.stop();
  }

  private async turn(): Promise<number> {
    if (this.inDoubt || this.held.strangers) await this.giveBackUnknown();
    const slots = Math.min(this.free, MOST_CLAIMED);
    if (slots === 0 || this.options.tasks.length === 0) return this.options.pollMs;
    const runs = await this.claim(slots);
    if (runs.length === 0) return this.options.pollMs;
    for (const run of runs) this.held.add(run);
    this.free -= runs.length;
    this.claimed(runs);
    return runs.length === slots ? 0 : this.options.pollMs;
  }

  private async claim(slots: number): Promise<readonly ClaimedRun[]> {
    const askedAt = this.clock.monotonic();
    this.inDoubt = true;
    const runs = await this.queue.claim(this.options.tasks, slots);
    this.inDoubt = false;
    const late = this.clock.monotonic() - askedAt > this.options.deadAfterMs / 2;
    if (!late && !this.stopping) return runs;
    this.inDoubt = runs.length > 0;
    if (this.inDoubt) await this.giveBackUnknown();
    return [];
  }

  private async giveBackUnknown(): Promise<void> {
    const unknown = (await this.queue.claimed()).filter((run) => !this.held.has(run));
    if (unknown.length > 0) {
      await this.queue.giveBack(unknown);
      this.log.warn(`Gave back ${unknown.length} runs that were claimed but not started.`);
    }
    this.inDoubt = false;
    this.held.strangers = false;
  }
}
