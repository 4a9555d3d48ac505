import type { Claim, ClaimedRun } from '../store/run-queue.js';
import { TAKEN_BACK_MS, type Offer } from './offers.js';
import { sharedNow } from './shared-clock.js';
import type { SharedState } from './shared-state.js';

/** The runner, as it takes runs. */
export interface Starter {
  /** How many runs it could start now. */
  readonly room: number;
  start(run: ClaimedRun): void;
}

/**
 * The credit protocol, main's side: takes what the engine has offered, one after the other as slots are free, and
 * starts each before it takes the next. A handler that blocks the loop from its first line on has then taken no other
 * run with it: those behind it are taken back, and run elsewhere.
 */
export class Taker {
  /** The last ticket that it has read of. */
  seen = 0;
  private queue: Offer[] = [];
  /** How many of them are about to be come to. */
  private coming = 0;
  /** What is to be heard once a run of the queue has begun, by the ticket of its last offer. */
  private readonly after = new Map<number, (() => void)[]>();

  constructor(
    private readonly shared: SharedState,
    private readonly runner: Starter,
    /** Offers were taken back before: there is a place for others. */
    private readonly missed: () => void,
    private readonly now = sharedNow,
  ) {}

  /** Runs that are offered and have not begun. */
  get waiting(): readonly Offer[] {
    return this.queue;
  }

  take(offers: readonly Offer[]): void {
    this.queue.push(...offers);
    this.seen = this.queue.at(-1)?.ticket ?? this.seen;
    // The first one begins at once.
    if (this.coming === 0 && this.runner.room > 0) this.takeOne();
    this.next();
  }

  /** There may be a free slot. */
  next(): void {
    const more = Math.min(this.queue.length, this.runner.room) - this.coming;
    for (let n = 0; n < more; n++) {
      this.coming++;
      // Between two of these whatever the handler has begun goes first.
      setImmediate(() => {
        this.coming--;
        this.takeOne();
      });
    }
  }

  /** Lets something be heard that concerns a run: after its start, where it is about to begin. */
  about({ runId }: Claim, hear: () => void): void {
    // It may have been taken back and offered anew: what is told now is about the latest of them.
    const offer = this.queue.findLast(({ run }) => run.runId === runId);
    if (!offer) return hear();
    this.after.set(offer.ticket, [...(this.after.get(offer.ticket) ?? []), hear]);
  }

  /** The node stops: what has not begun never will. @returns what is to be given back to the ledger */
  decline(offers: readonly Offer[]): Claim[] {
    this.queue = this.queue.filter((offer) => !offers.includes(offer));
    this.seen = Math.max(this.seen, ...offers.map(({ ticket }) => ticket));
    return offers.flatMap(({ slot, ticket, run: { runId, attempt } }) => {
      this.after.delete(ticket);
      // What the engine has taken back before is no longer ours to give.
      return this.shared.take(slot, ticket) ? [{ runId, attempt }] : [];
    });
  }

  /** Its engine has died: nothing of it is taken any more. */
  end(): void {
    this.queue = [];
    this.after.clear();
  }

  private takeOne(): void {
    let hasMissed = false;
    let isTaken = false;
    while (!isTaken && this.queue.length > 0) {
      const { slot, ticket, run, offeredAt } = this.queue.shift()!;
      const isFresh = this.now() - offeredAt < TAKEN_BACK_MS;
      isTaken = isFresh && this.shared.take(slot, ticket);
      if (isTaken) this.runner.start(run);
      else hasMissed = true;
      for (const hear of this.after.get(ticket) ?? []) hear();
      this.after.delete(ticket);
    }
    if (hasMissed) this.missed();
  }
}
