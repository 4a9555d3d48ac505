import { firedTogether, type Fire, type Fired } from '../store/fire-ledger.js';
import type { DatabaseClock } from './database-clock.js';
import type { PlannedFires } from './heard-fires.js';
import { inParts } from './in-parts.js';
import { isLive, type Planned } from './planned.js';
import type { SetAside } from './set-aside.js';
import type { SlotLender } from './slot-loan.js';

/**
 * Fires batches, and lets this node have some of the runs at once (`slot-loan.ts`). What makes up for an outage waits
 * behind what is live, and so is not among them.
 */
export class FireBatch {
  constructor(
    private readonly fires: PlannedFires,
    private readonly lender: SlotLender,
    private readonly databaseClock: DatabaseClock,
    private readonly setAside: SetAside,
  ) {}

  /** Null: the database refuses the rows of every job of it. */
  async fire(token: number, pauses: number, batch: readonly Planned[]): Promise<Fired | null> {
    const loan = batch.every(isLive) ? this.lender.lend() : null;
    let fired: Fired | null | undefined;
    let failed = false;
    const fires: PlannedFires = {
      due: (...asked) => this.fires.due(...asked),
      // What the first of its statements has claimed is not known where the second is refused.
      fire: (...asked) =>
        this.fires.fire(...asked).catch((error: unknown) => {
          failed = true;
          throw error;
        }),
    };
    try {
      const shared = loan?.share(batch, this.databaseClock.now()) ?? batch;
      fired = await fireInParts(fires, [token, pauses, shared], ({ job }, reason) =>
        this.setAside.add({ jobId: job.jobId, revision: job.revision, reason }),
      );
      return fired;
    } finally {
      loan?.end(fired === undefined || failed ? null : (fired?.claimed ?? []));
    }
  }
}

/**
 * Fires a batch. One job whose rows the database refuses, such as a run that it cannot store, does not
 * keep the others from firing: it is told of, and has not moved. Null: every one was refused.
 */
async function fireInParts<F extends Fire>(
  ledger: PlannedFires,
  [token, pauses, fires]: readonly [token: number, pauses: number, fires: readonly F[]],
  refused: (fire: F, reason: string) => void,
): Promise<Fired | null> {
  const parts = await inParts<F, Fired | null>(
    fires,
    (part) => ledger.fire(token, pauses, part),
    async (fire, why) => {
      refused(fire, why instanceof Error ? why.message : String(why));
      return null;
    },
  );
  const [first, ...more] = parts.filter((part) => part !== null);
  return first ? firedTogether([first, ...more]) : null;
}
