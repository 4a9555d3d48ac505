import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';

const EVERY_MS = 500;

/** Shorter blocks are not told, in ms. */
const LONG_MS = 1_000;

/**
 * Tells when the event loop was blocked, and which tasks ran meanwhile. A handler that computes without
 * a pause holds up every other handler, request and timer of its process, and nobody sees which it is.
 *
 * A timer that rings much too late is how it is noticed. The monotonic clock stands still while a
 * machine sleeps, so that is not taken for it.
 */
export class LoopLag {
  private stopping = new AbortController();
  private longestMs = 0;

  /** @param ranLately the tasks that were running at any time since it was asked last */
  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly ranLately: () => readonly string[],
  ) {}

  start(): void {
    this.stopping = new AbortController();
    void this.watch(this.stopping.signal);
  }

  stop(): void {
    this.stopping.abort();
  }

  /** The longest lag since this was asked last, in ms. */
  take(): number {
    const ms = Math.round(this.longestMs);
    this.longestMs = 0;
    return ms;
  }

  private async watch(stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      const asleepAt = this.clock.monotonic();
      await this.clock.sleep(EVERY_MS, stopped);
      const lateMs = this.clock.monotonic() - asleepAt - EVERY_MS;
      const tasks = this.ranLately();
      this.longestMs = Math.max(this.longestMs, lateMs);
      if (lateMs >= LONG_MS && !stopped.aborted) this.tell(lateMs, tasks);
    }
  }

  private tell(lateMs: number, tasks: readonly string[]): void {
    const seconds = (lateMs / 1_000).toFixed(1);
    this.log.warn(
      tasks.length === 0
        ? `The event loop was blocked for ${seconds} s while no task ran: something else computes.`
        : `The event loop was blocked for ${seconds} s while these ran: ${tasks.join(', ')}. Move ` +
            'what computes into a worker thread with the "thread" setting of @Task.',
    );
  }
}
