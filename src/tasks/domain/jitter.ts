/**
 * How much later than its fire time a run starts, so that jobs of one instant do not all start at
 * once. No randomness: the same job and fire time always have the same delay, on every node and
 * however often the fire is tried, and it cannot be seen from the delay what the next one will be.
 *
 * @param mostMs the longest delay, itself included
 * @returns whole milliseconds, from 0 to `mostMs`
 */
export function jitterOf(jobId: string, fireAt: Date, mostMs: number): number {
  return mostMs < 1 ? 0 : scattered(fnv1a(`${jobId}@${fireAt.getTime()}`)) % (mostMs + 1);
}

/** FNV-1a over the text's code units. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let n = 0; n < text.length; n++) hash = Math.imul(hash ^ text.charCodeAt(n), 0x01000193);
  return hash;
}

/** Texts that differ in their last digits have hashes that are close; afterwards they are not. */
function scattered(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
