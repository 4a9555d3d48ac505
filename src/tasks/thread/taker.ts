import type { ClaimedRun } from '../store/run-queue.js';
import type { Offer } from './offers.js';
import type { SharedState } from './shared-state.js';

/**
 * The credit protocol, main's side: takes what the engine has offered, one after the other, and starts each before
 * it takes the next. A handler that blocks the loop from its first line on has then taken no other run with it:
 * those behind it are taken back, and run elsewhere.
 */
export class Taker {
  /** The last ticket that it has come to. */
  seen = 0;

  constructor(
    private readonly shared: SharedState,
    private readonly start: (run: ClaimedRun) => void,
    /** An offer was taken back before: the slot is free after all. */
    private readonly missed: () => void,
  ) {}

  /** @param isOver whether its engine has died: then nothing of it is taken any more */
  take(offers: readonly Offer[], isOver: () => boolean): void {
    const [first, ...rest] = offers;
    if (first) this.takeOne(first);
    for (const offer of rest) {
      // Between two of these whatever the handler has begun goes first.
      setImmediate(() => {
        if (!isOver()) this.takeOne(offer);
      });
    }
  }

  private takeOne({ slot, ticket, run }: Offer): void {
    const isTaken = this.shared.take(slot, ticket);
    this.seen = ticket;
    if (isTaken) this.start(run);
    else this.missed();
  }
}
