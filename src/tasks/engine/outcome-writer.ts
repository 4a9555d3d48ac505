import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import { storableText } from '../domain/storable.js';
import type { Claim, HeldOutcome, Outcome, Recorded, RunQueue } from '../store/run-queue.js';
import type { HeldClaims } from './held-claims.js';
import { inParts } from './in-parts.js';
import { Loop } from './loop.js';

const MAX_WRITTEN = 500;

/** What somebody's transaction holds is tried again so soon, in ms. */
const HELD_AGAIN_MS = 250;

/** Who wants to know what the ledger has. */
export interface OutcomeListener {
  /** @param recorded null: the run was not this node's any more */
  recorded(outcome: Outcome, recorded: Recorded | null): void;
  /** That these handlers have ended is written. */
  noted(claims: readonly Claim[]): void;
}

/**
 * Writes outcomes in batches: what comes in while one statement is on its way goes with the next.
 * An outcome is kept until the ledger has answered for it, however long the database is away.
 *
 * That a handler has ended whose time was over is written after every outcome that waits: before its
 * run's own outcome there would be nothing to take back.
 *
 * What can go wrong, and why nobody else notices:
 *
 * - Somebody's transaction holds a run. Its outcome is put aside and comes again; the others go on.
 * - A result or an error cannot be stored. The batch is written in halves until that one stands alone, and
 *   its run ends as failed, with an error that says so. If not even that can be stored the outcome
 *   is given up, loudly: kept, it would be tried for ever.
 */
export class OutcomeWriter {
  private readonly loop: Loop;
  private waiting: Outcome[] = [];
  private ended: Claim[] = [];
  /** Held by somebody, until when it rests. */
  private resting: Outcome[] = [];
  private restsUntil = Infinity;
  private endedAgainAt = 0;
  /** Told of as not to be stored. */
  private readonly refused = new Set<string>();
  private empty: (() => void)[] = [];

  constructor(
    private readonly queue: RunQueue,
    private readonly held: HeldClaims,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly listener: OutcomeListener,
  ) {
    this.loop = new Loop('outcome writer', clock, log, () => this.turn());
  }

  /** Why its work has not been done for longer than `ms`; null: it has. */
  failingFor(ms: number): string | null {
    return this.loop.failingFor(ms);
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
    return this.left === 0 ? Promise.resolve() : new Promise((resolve) => this.empty.push(resolve));
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  private get left(): number {
    return this.waiting.length + this.resting.length + this.ended.length;
  }

  private async turn(): Promise<number> {
    this.wakeResting();
    const batch = this.waiting.slice(0, MAX_WRITTEN);
    if (batch.length > 0) {
      const answers = await this.finish(batch);
      this.waiting.splice(0, batch.length);
      this.settle(batch, answers);
    }
    if (this.waiting.length > 0) return 0;
    await this.writeEnded();
    if (this.left === 0) for (const resolve of this.empty.splice(0)) resolve();
    const now = this.clock.monotonic();
    const endedAt = this.ended.length > 0 ? this.endedAgainAt : Infinity;
    return Math.max(0, Math.min(this.restsUntil, endedAt) - now);
  }

  private async finish(batch: readonly Outcome[]): Promise<readonly (Recorded | HeldOutcome)[]> {
    const write = (part: readonly Outcome[]) => this.queue.finish(part);
    const parts = await inParts(batch, write, async (one, why) => {
      const instead = inParts([unstorable(one, why)], write, async (_, still) => {
        this.tellRefused(one, still);
        return [{ runId: one.runId, attempt: one.attempt, held: true as const }];
      });
      return (await instead).flat();
    });
    return parts.flat();
  }

  /**
   * Not given up: the ledger believes the run to go on, and a claim that nobody holds is given back and
   * run once more.
   */
  private tellRefused({ runId, attempt }: Outcome, why: unknown): void {
    if (this.refused.has(keyOf({ runId, attempt }))) return;
    this.refused.add(keyOf({ runId, attempt }));
    const reason = why instanceof Error ? why.message : String(why);
    this.log.error(`The outcome of run ${runId} cannot be stored, and is tried again: ${reason}`, {
      event: 'run.outcome-refused',
      runId,
      attempt,
      reason,
    });
  }

  private settle(batch: readonly Outcome[], answers: readonly (Recorded | HeldOutcome)[]): void {
    const byClaim = new Map(answers.map((answer) => [keyOf(answer), answer]));
    for (const outcome of batch) {
      const answer = byClaim.get(keyOf(outcome)) ?? null;
      if (answer && 'held' in answer) {
        this.rest(outcome);
        continue;
      }
      this.refused.delete(keyOf(outcome));
      this.held.remove(outcome);
      this.listener.recorded(outcome, answer);
    }
  }

  private rest(outcome: Outcome): void {
    this.resting.push(outcome);
    if (this.restsUntil === Infinity) this.restsUntil = this.clock.monotonic() + HELD_AGAIN_MS;
  }

  private wakeResting(): void {
    if (this.clock.monotonic() < this.restsUntil) return;
    this.waiting.push(...this.resting.splice(0));
    this.restsUntil = Infinity;
  }

  /** Those whose own outcome is held wait for it. */
  private async writeEnded(): Promise<void> {
    if (this.ended.length === 0 || this.clock.monotonic() < this.endedAgainAt) return;
    const resting = new Set(this.resting.map(keyOf));
    const ended = this.ended.filter((claim) => !resting.has(keyOf(claim))).slice(0, MAX_WRITTEN);
    const held = ended.length > 0 ? await this.queue.returned(ended) : [];
    const again = new Set(held.map(keyOf));
    const noted = ended.filter((claim) => !again.has(keyOf(claim)));
    const written = new Set(noted.map(keyOf));
    if (noted.length > 0) this.listener.noted(noted);
    this.ended = this.ended.filter((claim) => !written.has(keyOf(claim)));
    if (again.size + resting.size > 0) this.endedAgainAt = this.clock.monotonic() + HELD_AGAIN_MS;
  }
}

const keyOf = ({ runId, attempt }: Claim) => `${runId}/${attempt}`;

/** What is written of an outcome that the database refuses. */
function unstorable({ runId, attempt, handlerAlive }: Outcome, why: unknown): Outcome {
  const reason = storableText(why instanceof Error ? why.message : String(why));
  // Of the reason only what every encoding holds.
  const plain = reason.replaceAll(/[^\x20-\x7e]/g, '?');
  const message = `What the handler returned or threw cannot be stored: ${plain}`;
  return {
    runId,
    attempt,
    state: 'failed',
    error: { name: 'UnstorableOutcome', message },
    ...(handlerAlive !== undefined && { handlerAlive }),
  };
}
