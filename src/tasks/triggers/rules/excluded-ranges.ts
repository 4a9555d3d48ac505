import type { Exclusion } from './exclusion.js';

/** From the first instant to the last, both included. */
export interface InstantRange {
  readonly from: number;
  readonly to: number;
}

/** Excluded dates and ranges, merged and in order, however many there are. */
export class ExcludedRanges implements Exclusion {
  private readonly ranges: readonly InstantRange[];

  constructor(ranges: readonly InstantRange[]) {
    const merged: InstantRange[] = [];
    for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
      const last = merged.at(-1);
      if (last && range.from <= last.to + 1) {
        merged.splice(-1, 1, { from: last.from, to: Math.max(last.to, range.to) });
      } else {
        merged.push(range);
      }
    }
    this.ranges = merged;
  }

  until(at: number): number | null {
    const range = this.around(at);
    return range ? range.to + 1 : null;
  }

  since(at: number): number | null {
    return this.around(at)?.from ?? null;
  }

  private around(at: number): InstantRange | undefined {
    let low = 0;
    let high = this.ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ranges[middle]!.to < at) low = middle + 1;
      else high = middle;
    }
    const range = this.ranges[low];
    return range && range.from <= at ? range : undefined;
  }
}
