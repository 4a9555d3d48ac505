import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import type { FireLedger } from '../store/fire-ledger.js';
import { LeaderDuty, type Lead } from './leader-duty.js';

/**
 * After a wake-up it looks twice. A run that ends while a fire is on its way does not see the run
 * which that fire lets wait, and tells nobody; the second look finds it ended.
 */
const SECOND_LOOK_MS = 250;

/**
 * Leader only: lets runs be claimed that wait for their turn (`overlap` is `buffer-one`, `buffer-all`
 * or `cancel-previous`, or a backfill).
 *
 *   a fire that lets a run wait ─┐
 *   the end of a run for which   ├─ NOTIFY slots ─▶ release ─▶ look again ─▶ sleep until the poll
 *   others of its job wait ──────┘
 */
export class Releaser extends LeaderDuty {
  private looksAgain = true;

  /**
   * @param pollMs how often it looks although nothing was heard, in milliseconds
   * @param pending runs can be claimed
   */
  constructor(
    private readonly fires: FireLedger,
    lead: Lead,
    private readonly pollMs: number,
    clock: Clock,
    log: Log,
    private readonly pending: () => void,
  ) {
    super('releaser', lead, clock, log);
  }

  /** A run has ended, or waits, or this node has begun or ceased to lead. */
  override wake(): void {
    this.looksAgain = true;
    super.wake();
  }

  protected async work(token: number): Promise<number> {
    const sleepMs = this.looksAgain ? Math.min(SECOND_LOOK_MS, this.pollMs) : this.pollMs;
    this.looksAgain = false;
    const released = await this.fires.release(token);
    if (released === null) {
      this.lead.wake();
      return this.pollMs;
    }
    if (released > 0) this.pending();
    return sleepMs;
  }
}
