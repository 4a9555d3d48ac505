import { tooManyAttempts } from '../protocol/problem.js';

/** So many wrong keys in a window, and an address is not listened to until the window's end. */
const MAX_FAILURES = 20;
const WINDOW_MS = 60_000;

/** So many addresses are remembered; beyond that the oldest is forgotten. */
const MAX_ADDRESSES = 10_000;

interface Failures {
  readonly since: number;
  readonly count: number;
}

/**
 * Slows down whoever tries keys. Each node counts for itself and in memory: the keys are long enough
 * that guessing them is hopeless anyway, so this is about the load and the noise.
 */
export class AttemptLimiter {
  private readonly failures = new Map<string, Failures>();

  /**
   * Counts a wrong key. A right one is never refused, whoever else tries from its address.
   *
   * @throws ProblemException when there were too many
   */
  refuse(address: string, now: Date): void {
    const blockedMs = this.blockedFor(address, now.getTime());
    if (blockedMs > 0) throw tooManyAttempts(blockedMs);
    this.failed(address, now.getTime());
  }

  /** In how many milliseconds the address is listened to again; 0: now. */
  blockedFor(address: string, nowMs: number): number {
    const found = this.current(address, nowMs);
    if (found === null || found.count < MAX_FAILURES) return 0;
    return found.since + WINDOW_MS - nowMs;
  }

  failed(address: string, nowMs: number): void {
    const found = this.current(address, nowMs) ?? { since: nowMs, count: 0 };
    // The oldest window is the first of the map.
    if (found.count === 0) this.failures.delete(address);
    this.failures.set(address, { ...found, count: found.count + 1 });
    if (this.failures.size <= MAX_ADDRESSES) return;
    for (const oldest of this.failures.keys()) {
      this.failures.delete(oldest);
      return;
    }
  }

  private current(address: string, nowMs: number): Failures | null {
    const found = this.failures.get(address);
    return found && nowMs - found.since < WINDOW_MS ? found : null;
  }
}
