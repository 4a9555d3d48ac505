/** `late by p50 12, p99 80, max 91 ms, of 30`. */
export function spreadText(lateMs: readonly number[]): string {
  const sorted = lateMs.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? NaN);
  return `late by p50 ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)} ms, of ${sorted.length}`;
}
