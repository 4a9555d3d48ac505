import type { ClaimedRun } from '../store/run-queue.js';
import { TAKEN_BACK_MS, type Offer } from './offers.js';
import { sharedNow } from './shared-clock.js';
import type { SharedState } from './shared-state.js';

/**
 * The credit protocol, main's side: takes what the engine has offered, one after the other, and starts each before
 * it takes the next. A handler that blocks the loop from its first line on has then taken no other run with it:
 * those behind it are taken back, and run elsewhere.
 */
export class Taker {
  /** The last ticket that it has come to. */
  seen = 0;
  /** Offers that are read, and not yet come to. */
  private coming = 0;

  constructor(
    private readonly shared: SharedState,
    private readonly start: (run: ClaimedRun) => void,
    /** An offer was taken back before: the slot is free after all. */
    private readonly missed: () => void,
    private readonly now = sharedNow,
  ) {}

  /** @param isOver whether its engine has died: then nothing of it is taken any more */
  take(offers: readonly Offer[], isOver: () => boolean): void {
    const isIdle = this.coming === 0;
    this.coming += offers.length;
    for (const [n, offer] of offers.entries()) {
      const come = () => {
        this.coming--;
        if (!isOver()) this.takeOne(offer);
      };
      // Between two of these whatever the handler has begun goes first.
      if (n === 0 && isIdle) come();
      else setImmediate(come);
    }
  }

  /** What was told after offers may concern them, such as that one of them was cancelled. */
  afterTakes(hear: () => void): void {
    if (this.coming === 0) hear();
    else setImmediate(hear);
  }

  private takeOne({ slot, ticket, run, offeredAt }: Offer): void {
    const isFresh = this.now() - offeredAt < TAKEN_BACK_MS;
    const isTaken = isFresh && this.shared.take(slot, ticket);
    this.seen = ticket;
    if (isTaken) this.start(run);
    else this.missed();
  }
}
