import type { Clock } from '../domain/clock.js';

/** What was learnt longer ago counts no more: clocks drift. In ms. */
const LEARNT_MS = 10_000;

/**
 * The database's clock, estimated from this node's monotonic one.
 *
 * An answer that says "it was `at`" bounds the offset between the two: the database looked at its clock after we asked
 * and before we got the answer. The node's own wall clock plays no part. Of what is possible the latest is taken: what
 * the quickest of the last questions has shown. So by this clock it is now what the database's will say when a question
 * that is sent now gets there: what is sent at a fire time does not get there before it, and hardly after it.
 */
export class DatabaseClock {
  private offset: number | null = null;
  /** The least upper bound of this while, and of the while before. */
  private bound = Infinity;
  private boundBefore = Infinity;
  private since = -Infinity;

  constructor(private readonly clock: Clock) {}

  /**
   * @param askedAt when the question was sent, on the monotonic clock
   * @param atMs what the database's clock showed when it got the question, or later; in ms since 1970
   */
  observe(askedAt: number, atMs: number): void {
    const now = this.clock.monotonic();
    if (now - this.since >= LEARNT_MS) {
      this.boundBefore = this.bound;
      this.bound = Infinity;
      this.since = now;
    }
    const least = atMs - now;
    this.bound = Math.min(this.bound, atMs - askedAt);
    if (Math.min(this.bound, this.boundBefore) < least) {
      // The bounds contradict each other: somebody has set the database's clock.
      this.bound = least;
      this.boundBefore = Infinity;
    }
    this.offset = Math.min(this.bound, this.boundBefore);
  }

  /** Before the first answer: this node's wall clock. In ms since 1970, with fractions. */
  ms(): number {
    if (this.offset === null) return this.clock.now().getTime();
    return this.clock.monotonic() + this.offset;
  }

  now(): Date {
    return new Date(Math.floor(this.ms()));
  }
}
