/** So many are sent in one request at most: none of them shall take a server long. */
const MOST_AT_ONCE = 50;

/** In bytes of JSON. A host of Nest takes bodies of 100 kB by default. */
const MOST_BYTES = 64 * 1_024;

export const bytesOf = (value: unknown): number =>
  Buffer.byteLength(JSON.stringify(value) ?? '') + 1;

/**
 * Cuts a list into parts that one request can carry, in their order. What is larger than that by itself goes alone.
 *
 * @param sizeOf what one adds to the body, in bytes
 */
export function slices<T>(all: readonly T[], sizeOf: (item: T) => number = bytesOf): T[][] {
  const parts: T[][] = [];
  let bytes = Infinity;
  for (const item of all) {
    const size = sizeOf(item);
    const part = parts.at(-1);
    if (part && part.length < MOST_AT_ONCE && bytes + size <= MOST_BYTES) {
      part.push(item);
      bytes += size;
    } else {
      parts.push([item]);
      bytes = size;
    }
  }
  return parts;
}
