import type { Clock } from '../domain/clock.js';
import { UnavailableError } from '../domain/errors.js';
import type { Log } from '../domain/log.js';
import { mayWait } from '../service/patience.js';
import { within } from '../domain/within.js';
import type { TasksDatabase } from '../store/postgres/tasks-database.js';

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 2_000;

/**
 * Lets calls that come before the node begins wait for the database, as those of a host's
 * `onModuleInit`. The node only begins after all of these, so the first of them reaches the database
 * itself, again and again while somebody waits. Once it was reached, or the node has stopped, nobody
 * waits any more: what fails then fails at once.
 */
export class FirstReach {
  private waiting = 0;
  private trying = false;
  private readonly over = new AbortController();
  private lastReason: string | null = null;

  /** @param reach reaches and opens the database, unless the node stops; rejects with the reason */
  constructor(
    private readonly database: TasksDatabase,
    private readonly clock: Clock,
    private readonly waitMs: number,
    private readonly log: Log,
    private readonly reach: (signal: AbortSignal) => Promise<unknown>,
  ) {
    database.firstReach = () => this.wait();
    void database.settled.then(() => this.over.abort());
  }

  /** @throws UnavailableError once it has waited for long enough */
  private async wait(): Promise<void> {
    if (!mayWait()) return;
    this.waiting++;
    try {
      if (!this.trying) void this.tryUntilReached();
      if (await within(this.clock, this.waitMs, this.database.settled)) return;
      const reason = this.lastReason === null ? '' : ` (${this.lastReason})`;
      throw new UnavailableError(
        `the database has not been reached within ${this.waitMs} ms${reason}. Look at the URL and at ` +
          'the server, or give TasksModule a longer startTimeoutMs',
      );
    } finally {
      this.waiting--;
    }
  }

  private async tryUntilReached(): Promise<void> {
    this.trying = true;
    for (let ms = FIRST_RETRY_MS; this.waiting > 0 && !this.database.isSettled;) {
      try {
        await this.reach(this.over.signal);
      } catch (error) {
        this.tell(error instanceof Error ? error.message : String(error));
        await within(this.clock, ms, this.database.settled);
        ms = Math.min(ms * 2, MAX_RETRY_MS);
      }
    }
    this.trying = false;
  }

  private tell(reason: string): void {
    if (this.database.isSettled || reason === this.lastReason) return;
    this.lastReason = reason;
    this.log.warn(`A call waits for the database, which cannot be reached yet: ${reason}`, {
      event: 'database.awaited',
      reason,
    });
  }
}
