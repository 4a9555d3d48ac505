/**
 * The only source of time in the house. Nothing but `SystemClock` and the test kit's clock
 * implement it, so whole clusters can be run on simulated time.
 */
export abstract class Clock {
  /** This process's wall clock. A label, never a decision: the database's clock decides. */
  abstract now(): Date;

  /** Milliseconds since an arbitrary start. Never goes back, and does not follow the wall clock. */
  abstract monotonic(): number;

  /**
   * Resolves after `ms` milliseconds, or at once when `signal` aborts. Never rejects: whoever
   * sleeps looks at its signal afterwards anyway.
   */
  abstract sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
