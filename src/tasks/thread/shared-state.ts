/** How many words come before the slots. */
const MAIN_TICKS = 0;
const MAIN_LAG_MS = 1;
const ENGINE_TICKS = 2;
const MAIN_IS_DEBUGGED = 3;
const SLOTS = 4;

/**
 * The memory that the engine's thread and the main thread share: who of them is alive, and who has which
 * run. Each word changes in one atomic step.
 *
 *   a slot:  free ── offer (engine) ──▶ offered ── take (main) ──▶ taken ── clear (engine) ──▶ free
 *                                          └────── withdraw (engine) ──────────────────────▶ free
 *
 * An offer has a ticket, which no other offer ever has. Take and withdraw both compare the slot with it: of the
 * two one succeeds, and a slot that was given to another offer meanwhile is not mistaken for the old one.
 */
export class SharedState {
  readonly slots: number;
  private readonly words: Int32Array;

  constructor(readonly buffer: SharedArrayBuffer) {
    this.words = new Int32Array(buffer);
    this.slots = this.words.length - SLOTS;
  }

  /** @param slots how many offers may be open at once */
  static ofSize(slots: number): SharedState {
    return new SharedState(new SharedArrayBuffer((SLOTS + slots) * Int32Array.BYTES_PER_ELEMENT));
  }

  /** How often the main thread has come round; a number that wraps. */
  get mainTicks(): number {
    return Atomics.load(this.words, MAIN_TICKS);
  }

  get engineTicks(): number {
    return Atomics.load(this.words, ENGINE_TICKS);
  }

  /** Whether a debugger may be at the main thread. */
  get isDebugged(): boolean {
    return Atomics.load(this.words, MAIN_IS_DEBUGGED) === 1;
  }

  /** @param lagMs how late it came round, in ms */
  tickMain(lagMs: number, isDebugged = false): void {
    Atomics.store(this.words, MAIN_IS_DEBUGGED, Number(isDebugged));
    const longest = Atomics.load(this.words, MAIN_LAG_MS);
    if (lagMs > longest) Atomics.store(this.words, MAIN_LAG_MS, lagMs);
    Atomics.add(this.words, MAIN_TICKS, 1);
  }

  tickEngine(): void {
    Atomics.add(this.words, ENGINE_TICKS, 1);
  }

  /** The longest lag of the main thread since this was asked last, in ms. */
  takeLag(): number {
    return Atomics.exchange(this.words, MAIN_LAG_MS, 0);
  }

  /** False: the slot is not free. @param ticket from 1 up */
  offer(slot: number, ticket: number): boolean {
    return this.swap(slot, 0, ticket);
  }

  /** False: the offer was withdrawn. */
  take(slot: number, ticket: number): boolean {
    return this.swap(slot, ticket, -ticket);
  }

  /** False: it was taken. */
  withdraw(slot: number, ticket: number): boolean {
    return this.swap(slot, ticket, 0);
  }

  /** Frees the slot of an offer that was taken. False: it was not. */
  clear(slot: number, ticket: number): boolean {
    return this.swap(slot, -ticket, 0);
  }

  private swap(slot: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.words, SLOTS + slot, from, to) === from;
  }
}
