import { firedTogether, type Fire, type Fired } from '../store/fire-ledger.js';
import type { PlannedFires } from './heard-fires.js';
import { inParts } from './in-parts.js';

/**
 * Fires a batch. One job whose rows the database refuses, such as a run that it cannot store, does not
 * keep the others from firing: it is told of, and has not moved. Null: every one was refused.
 */
export async function fireInParts<F extends Fire>(
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
