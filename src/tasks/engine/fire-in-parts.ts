import type { Fire, Fired } from '../store/fire-ledger.js';
import type { PlannedFires } from './heard-fires.js';
import { inParts } from './in-parts.js';

/** Of all parts together; `at` is null where every one was refused. */
type FiredParts = Omit<Fired, 'at'> & { readonly at: Date | null };

/**
 * Fires a batch. One job whose rows the database refuses, such as a run that it cannot store, does not
 * keep the others from firing: it is told of, and has not moved.
 */
export async function fireInParts<F extends Fire>(
  ledger: PlannedFires,
  [token, pauses, fires]: readonly [token: number, pauses: number, fires: readonly F[]],
  refused: (fire: F, reason: string) => void,
): Promise<FiredParts> {
  const parts = await inParts<F, Fired | null>(
    fires,
    (part) => ledger.fire(token, pauses, part),
    async (fire, why) => {
      refused(fire, why instanceof Error ? why.message : String(why));
      return null;
    },
  );
  const fired = parts.filter((part) => part !== null);
  return {
    led: fired.every(({ led }) => led),
    moved: new Set(fired.flatMap(({ moved }) => [...moved])),
    pending: fired.reduce((sum, { pending }) => sum + pending, 0),
    skipped: fired.flatMap(({ skipped }) => skipped),
    rows: fired.flatMap(({ rows }) => rows),
    at: fired.at(-1)?.at ?? null,
  };
}
