import type { Fire } from '../store/fire-ledger.js';
import type { ClaimedRun } from '../store/run-queue.js';
import type { TaskLimits } from './task-limits.js';

/** Who has free slots of this node to lend. */
export interface SlotLender {
  /** Runs may have to be taken in a moment. */
  prepare(): void;
  /** Null: it has none, or cannot say now. */
  lend(): SlotLoan | null;
}

/**
 * THE HANDOVER: free slots of this node for what it fires itself. A run that gets one is claimed by the statement that
 * makes it, and begins without a second one.
 *
 *   claimer ── lends ──▶ planner ── fires, some of it for here ──▶ claimed ── end ──▶ claimer, as if it had claimed them
 *
 * What can go wrong, and why it does not:
 *
 * - The answer of the fire is lost, or comes so late that others may have settled its runs. The claimer is in doubt, as
 *   after a claim of its own: it asks the ledger what runs in this node's name, and gives back what it does not hold.
 * - That question comes while a fire is on its way. It would see runs that are about to begin, give them back, and
 *   they would be run twice. So nothing is given back while slots are lent, and nothing is lent meanwhile.
 * - A claim and a fire take the same slot. Slots that are lent are counted off what a claim asks for, and nothing is
 *   lent while a claim is on its way.
 * - Other runs wait for a slot, and one that was fired later gets it. Nothing is lent unless the last claim has found
 *   that none is left.
 * - This node leads, and so it would run all. It lends half of its free slots at most; what is more is for whoever comes
 *   first. With few runs at a time it may run them all, as the quickest of several nodes always might.
 */
export class SlotLoan {
  readonly over: Promise<void>;
  private left: number;
  private readonly limits: Record<string, number>;
  private resolve: () => void = () => undefined;

  /** @param ended hears what was claimed; null: that is not known */
  constructor(
    readonly slots: number,
    private readonly tasks: ReadonlySet<string>,
    limits: TaskLimits,
    private readonly ended: (runs: readonly ClaimedRun[] | null) => void,
  ) {
    this.left = slots;
    this.limits = { ...limits };
    this.over = new Promise((resolve) => (this.resolve = resolve));
  }

  /** Those that fit into a slot are wanted here. @param now by the database's clock */
  share<F extends Fire>(fires: readonly F[], now: Date): F[] {
    return fires.map((fire) => (this.takes(fire, now) ? { ...fire, here: true } : fire));
  }

  end(runs: readonly ClaimedRun[] | null): void {
    try {
      this.ended(runs);
    } finally {
      this.resolve();
    }
  }

  private takes({ job: { task }, plan: { candidates, ranges } }: Fire, now: Date): boolean {
    const [only] = candidates;
    if (this.left <= 0 || !only || candidates.length + ranges.length > 1) return false;
    if (only.runAt > now || !this.tasks.has(task) || this.limits[task] === 0) return false;
    this.left--;
    const most = this.limits[task];
    if (most !== undefined) this.limits[task] = most - 1;
    return true;
  }
}
