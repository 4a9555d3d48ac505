import { isRowFault } from '../store/statement-fault.js';

/**
 * Writes a batch of which some may not be storable: one bad row must not hold up the others, nor be
 * tried for ever. A batch that is refused is written in halves, until what is refused stands alone.
 *
 * @param spoilt called with each that is refused for good; what it throws ends the whole
 * @throws whatever no row is to blame for, such as an outage or a right that was revoked: nothing is known of
 *   the rest then, and all may come again
 */
export async function inParts<T, R>(
  batch: readonly T[],
  write: (part: readonly T[]) => Promise<R>,
  spoilt: (one: T, error: unknown) => Promise<R>,
): Promise<readonly R[]> {
  try {
    return [await write(batch)];
  } catch (error) {
    if (!isRowFault(error)) throw error;
    if (batch.length === 1) return [await spoilt(batch[0]!, error)];
    const middle = Math.ceil(batch.length / 2);
    return [
      ...(await inParts(batch.slice(0, middle), write, spoilt)),
      ...(await inParts(batch.slice(middle), write, spoilt)),
    ];
  }
}
