import type { Clock } from '../domain/clock.js';
import type { ClaimedRun, Outcome } from '../store/run-queue.js';
import { timedOut, type Ending } from './ending.js';
import { Latch } from './latch.js';
import type { RunReports } from './run-reports.js';

/** How long a handler whose signal was aborted may still take to end, in ms. */
export const AFTER_ABORT_MS = 1_000;

/**
 * One attempt of a run, from its claim until its handler has returned.
 *
 *   goes on ──▶ returned                                  its outcome is the handler's
 *      │ time is over, cancelled, claim lost, node stops
 *      ▼
 *   aborted ──▶ returned within the grace                 its outcome is that of the ending
 *      │ the grace is over
 *      ▼
 *   given up ──▶ returned at last                         the slot is free again
 *
 * Whoever is given up, or has lost its claim for as long, is not waited for: what it waits for may never
 * come, so its transaction is ended and with it the connection.
 *
 * A handler that has returned before its signal was aborted has done its work, whatever comes while
 * its outcome is written. One that returns after it, even without an error, has not: it may have
 * stopped half-way because it saw the signal.
 */
export class StartedRun {
  /** The first one counts. */
  ending: Ending | null = null;
  outcome: Outcome | null = null;
  tookMs = 0;
  /** It is known that the outcome will not count. */
  isLost = false;
  private readonly startedAt: number;
  private readonly aborted = new Latch();
  private readonly over = new Latch();
  private readonly left = new Latch();
  private readonly gone = new Latch();

  constructor(
    readonly run: ClaimedRun,
    private readonly clock: Clock,
    readonly reports: RunReports,
    private readonly giveUp: (started: StartedRun) => void,
  ) {
    this.startedAt = clock.monotonic();
    const { timeoutMs } = run.policy;
    if (timeoutMs !== null) void this.limit(timeoutMs);
  }

  /** Of the handler: it should end. */
  get signal(): AbortSignal {
    return this.aborted.signal;
  }

  /** @throws the reason why the handler should end, if it should */
  throwIfAborted(): void {
    if (this.aborted.isSet) throw this.aborted.reason;
  }

  /** Nobody waits for it any more. */
  get unawaited(): AbortSignal {
    return this.left.signal;
  }

  /** Tells the handler that it should end. */
  abort(ending: Ending): void {
    if (this.ending !== null || this.over.isSet) return;
    this.ending = ending;
    this.aborted.set(ending.error);
    if (ending.state !== null) void this.wait();
  }

  /** The claim is not this node's any more, whatever becomes of it here. */
  async lose(ending: Ending): Promise<void> {
    this.isLost = true;
    this.abort(ending);
    // It may just have committed, and hear of that in a moment.
    await this.clock.sleep(AFTER_ABORT_MS, this.gone.signal);
    this.leave(ending.error);
  }

  leave(reason: Error): void {
    if (!this.gone.isSet) this.left.set(reason);
  }

  /** The handler has returned, and all that belongs to it has ended. */
  returned(): void {
    this.gone.set();
  }

  /** The handler has returned or was given up: nothing that comes later changes the outcome. */
  end(): void {
    if (this.over.isSet) return;
    this.tookMs = Math.round(this.clock.monotonic() - this.startedAt);
    this.over.set();
  }

  private async limit(timeoutMs: number): Promise<void> {
    await this.clock.sleep(timeoutMs, this.over.signal);
    this.abort(timedOut(timeoutMs));
  }

  private async wait(): Promise<void> {
    await this.clock.sleep(AFTER_ABORT_MS, this.over.signal);
    if (this.over.isSet) return;
    this.giveUp(this);
  }
}
