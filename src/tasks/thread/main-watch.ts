import type { SharedState } from './shared-state.js';

/** Main comes round so often while nothing keeps it, in ms. */
export const TICK_MS = 20;

/** And so often while nothing was to be taken for a while: nobody looks then, in ms. */
export const SLOW_MS = 500;

/** After so long without a tick its slots do not count, in ms. */
const AWAKE_MS = 50;

/** Shorter blocks are told of as lag only, in ms. */
export const BLOCKED_MS = 1_000;

/** What the engine's thread sees of the main thread: whether its event loop comes round. */
export class MainWatch {
  private ticks: number;
  private movedAt: number;

  /** @param monotonic this thread's steady clock, in ms */
  constructor(
    private readonly shared: SharedState,
    private readonly monotonic: () => number,
  ) {
    this.ticks = shared.mainTicks;
    this.movedAt = monotonic();
  }

  /** For how long main has not come round, in ms, as far as this thread has looked. */
  get standsStillMs(): number {
    const { mainTicks } = this.shared;
    const now = this.monotonic();
    if (mainTicks !== this.ticks) {
      this.ticks = mainTicks;
      this.movedAt = now;
    }
    return now - this.movedAt;
  }

  get isAwake(): boolean {
    return this.standsStillMs <= AWAKE_MS;
  }
}
