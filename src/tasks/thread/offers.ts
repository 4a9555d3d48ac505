import type { Claim, ClaimedRun } from '../store/run-queue.js';
import type { SharedState } from './shared-state.js';

/** A claimed run on its way to the main thread. */
export interface Offer {
  readonly slot: number;
  readonly ticket: number;
  readonly run: ClaimedRun;
  /** On the clock that the threads share. */
  readonly offeredAt: number;
}

/** What main has not taken in so long is taken back, in ms. */
export const TAKEN_BACK_MS = 250;
/** The same, where main has not come round even once since. */
const STANDS_STILL_MS = 60;

/** The runner's slots, as it tells of them. */
export interface Slots {
  readonly free: number;
  readonly limits?: Readonly<Record<string, number>>;
}

interface OpenOffer extends Offer {
  readonly mainTicks: number;
}

/**
 * THE CREDIT PROTOCOL, the engine's side: how a run that was claimed here is started on the main thread, once or
 * not at all, though main may stand still at any moment.
 *
 *   claimed ──▶ offered in a slot ──▶ taken by main when it has a slot for it, and started at once
 *                      └── 250 ms ──▶ taken back, and given back to the ledger
 *
 * What can go wrong, and why it does not:
 *
 * - Main takes an offer at the moment in which it is taken back. Both swap the same word, and one of them finds it
 *   swapped: the run is started here, or is pending again for everybody, never both.
 * - Main reads of an offer long after it was taken back, when the same run, the same attempt even, has been offered
 *   anew. Its old ticket fits no slot any more.
 * - Main tells of its free slots before it has read of the latest offers. With each word it says up to which
 *   ticket it has read; the offers after that are counted off what it says.
 * - Runs are claimed ahead of their slots, as slots were getting free so quickly that it paid (`runner/turnover.ts`), and
 *   then the handlers before them take long. What has not begun in time goes back like all else.
 * - The whole process stands still, and main is the first to wake up. It takes nothing that is older than that: the
 *   claim may be nobody's any more.
 * - Main stands still with offers before it. They count as slots in use until it has read that they are gone, so
 *   nothing is claimed on their account.
 * - The node stops while offers wait for a slot. They would begin as soon as those that it waits for have ended, and
 *   be cut off. Main takes them out of their slots first, and has the engine give them back.
 */
export class Offers {
  private readonly open = new Map<number, OpenOffer>();
  /** Offered, and main has not read of it yet, as far as it has said: in order. */
  private unseen: { readonly ticket: number; readonly task: string }[] = [];
  private tickets = 0;
  /** The slot that was used last: the one after it has been free for longest, as a rule. */
  private last = -1;

  constructor(
    private readonly shared: SharedState,
    private readonly taken: (run: ClaimedRun) => void,
  ) {}

  /** Whether there are offers of which it is not known what became of them. */
  get areOpen(): boolean {
    return this.open.size > 0;
  }

  /** @param now on the clock that the threads share */
  make(runs: readonly ClaimedRun[], now: number): Offer[] {
    this.settle();
    const { mainTicks } = this.shared;
    return runs.map((run) => {
      const ticket = ++this.tickets;
      const slot = this.freeSlot(ticket);
      const offer = { slot, ticket, run, offeredAt: now };
      this.open.set(ticket, { ...offer, mainTicks });
      this.unseen.push({ ticket, task: run.task });
      return offer;
    });
  }

  /** Takes back what main has not taken for too long. @returns those that are not started, and never will be */
  takeBack(now: number): Claim[] {
    this.settle();
    const { mainTicks } = this.shared;
    const late = [...this.open.values()].filter((offer) => {
      const ms = now - offer.offeredAt;
      return ms >= TAKEN_BACK_MS || (ms >= STANDS_STILL_MS && offer.mainTicks === mainTicks);
    });
    return late.flatMap((offer) => {
      const { slot, ticket, run } = offer;
      if (!this.shared.withdraw(slot, ticket)) return [];
      this.open.delete(ticket);
      return [{ runId: run.runId, attempt: run.attempt }];
    });
  }

  /** @param seen the last ticket that main had read of when it said that */
  count({ free, limits }: Slots, seen: number): Slots {
    this.unseen = this.unseen.filter(({ ticket }) => ticket > seen);
    const left = Math.max(0, free - this.unseen.length);
    if (limits === undefined) return { free: left };
    const without = Object.entries(limits).map(([task, most]) => {
      const coming = this.unseen.filter((offer) => offer.task === task).length;
      return [task, Math.max(0, most - coming)] as const;
    });
    return { free: left, limits: Object.fromEntries(without) };
  }

  /** Learns which offers were taken. */
  private settle(): void {
    for (const { slot, ticket, run } of this.open.values()) {
      if (!this.shared.clear(slot, ticket)) continue;
      this.open.delete(ticket);
      this.taken(run);
    }
  }

  private freeSlot(ticket: number): number {
    const { slots } = this.shared;
    for (let tries = 0; tries < slots; tries++) {
      this.last = (this.last + 1) % slots;
      if (this.shared.offer(this.last, ticket)) return this.last;
    }
    throw new Error('more runs were claimed than there are slots');
  }
}
