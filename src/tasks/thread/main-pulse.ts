import type { Clock } from '../domain/clock.js';
import { TICK_MS } from './main-watch.js';
import type { SharedState } from './shared-state.js';

/** So many rounds of the main thread in which the engine's thread has not moved: it says nothing of its work. */
const SILENT_ROUNDS = 50;
/** For less than this nobody is given up, in ms. */
const MIN_PATIENCE_MS = 2_000;

/**
 * Shows the engine's thread that the main thread comes round, and sees whether that one does. Both are counted in
 * rounds, not in time: a process that was stopped as a whole comes back with both.
 */
export class MainPulse {
  private timer: NodeJS.Timeout | null = null;
  private engineTicks = 0;
  private silentRounds = 0;
  private lastAt = 0;

  private readonly mostRounds: number;

  /** @param deadAfterMs after so long the others take this node for dead: it is given up before that */
  constructor(
    private readonly clock: Clock,
    deadAfterMs: number,
    /** The engine's thread does not move. */
    private readonly giveUp: (reason: string) => void,
  ) {
    this.mostRounds = Math.max(MIN_PATIENCE_MS, deadAfterMs / 2) / TICK_MS;
  }

  start(shared: SharedState): void {
    this.stop();
    this.silentRounds = 0;
    this.engineTicks = shared.engineTicks;
    this.lastAt = this.clock.monotonic();
    this.timer = setInterval(() => this.tick(shared), TICK_MS);
    // It keeps no process alive by itself.
    this.timer.unref();
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    this.silentRounds = 0;
  }

  /** Why nothing is known of the engine's thread; null: it moves. */
  trouble(): string | null {
    return this.silentRounds < SILENT_ROUNDS ? null : "the engine's thread does not move";
  }

  private tick(shared: SharedState): void {
    const now = this.clock.monotonic();
    shared.tickMain(Math.max(0, Math.round(now - this.lastAt - TICK_MS)));
    this.lastAt = now;
    const { engineTicks } = shared;
    this.silentRounds = engineTicks === this.engineTicks ? this.silentRounds + 1 : 0;
    this.engineTicks = engineTicks;
    if (this.silentRounds >= this.mostRounds) {
      this.stop();
      this.giveUp(`it has not moved for ${(this.mostRounds * TICK_MS) / 1_000} s`);
    }
  }
}
