/**
 * How many of something were how long: by size, in sizes that grow by a fourth of a doubling, so that what is
 * computed from them is off by a tenth at most. The size 0 is less than a millisecond; `n` goes from
 * 2^((n-1)/4) ms up to the next.
 */
export type Histogram = Readonly<Record<string, number>>;

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

/** The size that so many milliseconds are of. What is on the edge belongs to the larger one. */
export const sizeOf = (ms: number): number =>
  ms < 1 ? 0 : 1 + Math.floor(4 * Math.log2(ms) + 1e-9);

/** Null: there is nothing. In whole milliseconds. */
export function percentilesOf(histogram: Histogram): Percentiles | null {
  const sizes = Object.entries(histogram)
    .map(([size, count]) => ({ size: Number(size), count }))
    .sort((a, b) => a.size - b.size);
  const total = sizes.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  const at = (part: number): number => {
    let found = 0;
    const reached = sizes.find(({ count }) => (found += count) >= part * total);
    return middleOf(reached!.size);
  };
  return { p50: at(0.5), p95: at(0.95) };
}

const middleOf = (size: number): number => (size === 0 ? 0 : Math.round(2 ** ((size - 0.5) / 4)));

/** Several as one. */
export function merged(histograms: Iterable<Histogram>): Histogram {
  const sum: Record<string, number> = {};
  for (const histogram of histograms) {
    for (const [size, count] of Object.entries(histogram)) sum[size] = (sum[size] ?? 0) + count;
  }
  return sum;
}
