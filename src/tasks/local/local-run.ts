import type { Ending } from '../runner/ending.js';
import type { RunReports } from '../runner/run-reports.js';
import type { ClaimedRun } from '../store/run-queue.js';
import { after } from './native-timers.js';

/** A run whose handler has been called and has not ended. */
export class LocalRun {
  readonly controller = new AbortController();
  /** Why its handler was told to end. */
  ending: Ending | null = null;
  /** The ledger has its outcome already, and its handler goes on nevertheless. */
  isGivenUp = false;
  /** The event loop has turned since it was started, so it could have ended. */
  hadTurn = false;
  /** Resolves when its handler has ended. */
  ended: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    readonly run: ClaimedRun,
    readonly reports: RunReports,
    readonly startedAt: number,
  ) {
    // Not queueMicrotask, which fake timers replace as well.
    void Promise.resolve().then(() => {
      this.hadTurn = true;
    });
  }

  /** Waits for one thing at a time: the end of its time, then that of the grace. */
  waitFor(ms: number, then: () => void): void {
    this.forgetTimer();
    this.timer = after(ms, then);
  }

  forgetTimer(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }
}
