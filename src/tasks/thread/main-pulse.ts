import type { Clock } from '../domain/clock.js';
import { SLOW_MS, TICK_MS } from './main-watch.js';
import type { SharedState } from './shared-state.js';

/** Main shows itself often for so long after it was asked to, in ms. */
const QUICK_FOR_MS = 1_000;

/** The engine's thread has not moved in rounds that make so much: it says nothing of its work. In ms. */
const SILENT_MS = 1_000;
/** For less than this nobody is given up, in ms. */
const MIN_PATIENCE_MS = 2_000;

export interface MainPulseParts {
  readonly clock: Clock;
  /** Whether a debugger may be at the main thread: one can come at any time. */
  readonly isDebugged: () => boolean;
  /** After dead-after the others take this node for dead: it is given up before that. */
  readonly seed: { readonly engine: { readonly deadAfterMs: number } };
}

/**
 * Shows the engine's thread that the main thread comes round, and sees whether that one does. Both are counted in
 * rounds, not in time: a process that was stopped as a whole comes back with both.
 */
export class MainPulse {
  private timer: NodeJS.Timeout | null = null;
  private engineTicks = 0;
  private silentMs = 0;
  private everyMs = TICK_MS;
  private quickUntil = 0;
  private shared: SharedState | null = null;
  private lastAt = 0;

  private readonly mostMs: number;

  constructor(
    private readonly parts: MainPulseParts,
    /** The engine's thread does not move. */
    private readonly giveUp: (reason: string) => void,
  ) {
    this.mostMs = Math.max(MIN_PATIENCE_MS, parts.seed.engine.deadAfterMs / 2);
  }

  start(shared: SharedState): void {
    this.stop();
    this.shared = shared;
    this.engineTicks = shared.engineTicks;
    this.quicken();
  }

  /** There is something to be taken, or soon will be: shows at once that main comes round, and often from now on. */
  quicken(): void {
    if (this.shared === null) return;
    const isSlow = this.timer === null || this.everyMs !== TICK_MS;
    this.quickUntil = this.parts.clock.monotonic() + QUICK_FOR_MS;
    if (!isSlow) return;
    this.shared.tickMain(0, this.parts.isDebugged());
    this.setEvery(TICK_MS);
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    this.shared = null;
    this.silentMs = 0;
  }

  /** Why nothing is known of the engine's thread; null: it moves. */
  trouble(): string | null {
    return this.silentMs < SILENT_MS ? null : "the engine's thread does not move";
  }

  private setEvery(ms: number): void {
    if (this.timer) clearInterval(this.timer);
    this.everyMs = ms;
    this.lastAt = this.parts.clock.monotonic();
    this.timer = setInterval(() => this.tick(), ms);
    // It keeps no process alive by itself.
    this.timer.unref();
  }

  private tick(): void {
    const { shared } = this;
    if (shared === null) return;
    const now = this.parts.clock.monotonic();
    const lagMs = Math.max(0, Math.round(now - this.lastAt - this.everyMs));
    shared.tickMain(lagMs, this.parts.isDebugged());
    this.lastAt = now;
    const { engineTicks } = shared;
    this.silentMs = engineTicks === this.engineTicks ? this.silentMs + this.everyMs : 0;
    this.engineTicks = engineTicks;
    if (this.silentMs >= this.mostMs) {
      this.stop();
      this.giveUp(`it has not moved for ${this.mostMs / 1_000} s`);
    } else if (this.everyMs === TICK_MS && now > this.quickUntil) this.setEvery(SLOW_MS);
  }
}
