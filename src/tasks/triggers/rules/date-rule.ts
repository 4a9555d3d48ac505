import type { Rule } from './rule.js';

/** A few instants, in order: one, or two where a wall time comes twice. */
export class DateRule implements Rule {
  constructor(private readonly instants: readonly number[]) {}

  next(after: number): number {
    return this.instants.find((at) => at > after) ?? Infinity;
  }

  previous(before: number): number {
    return this.instants.findLast((at) => at < before) ?? -Infinity;
  }

  count(from: number, to: number): number {
    return this.instants.filter((at) => at >= from && at <= to).length;
  }
}
