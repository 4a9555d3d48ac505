import type { Clock } from '../domain/clock.js';

/**
 * The database's clock, estimated from this node's monotonic one.
 *
 * An answer that says "it was `at`" bounds the offset between the two: the database looked at its
 * clock after we asked and before we got the answer. The estimate is kept within these bounds, so it
 * is never further off than an answer takes, and the node's own wall clock plays no part.
 */
export class DatabaseClock {
  private offset: number | null = null;

  constructor(private readonly clock: Clock) {}

  /** @param askedAt when the question was sent, on the monotonic clock */
  observe(askedAt: number, at: Date): void {
    const least = at.getTime() - this.clock.monotonic();
    const most = at.getTime() - askedAt;
    this.offset = Math.min(Math.max(this.offset ?? least, least), most);
  }

  /** Before the first answer: this node's wall clock. */
  now(): Date {
    if (this.offset === null) return this.clock.now();
    return new Date(Math.floor(this.clock.monotonic() + this.offset));
  }
}
