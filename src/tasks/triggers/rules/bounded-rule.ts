import type { Budget } from '../time/budget.js';
import type { Rule } from './rule.js';

/** A rule from `start` to `end`, both included. */
export class BoundedRule implements Rule {
  constructor(
    private readonly rule: Rule,
    private readonly start: number,
    private readonly end: number,
  ) {}

  next(after: number, budget: Budget): number {
    const at = this.rule.next(Math.max(after, this.start - 1), budget);
    return at <= this.end ? at : Infinity;
  }

  previous(before: number, budget: Budget): number {
    const at = this.rule.previous(Math.min(before, this.end + 1), budget);
    return at >= this.start ? at : -Infinity;
  }

  count(from: number, to: number, most: number, budget: Budget): number {
    return this.rule.count(Math.max(from, this.start), Math.min(to, this.end), most, budget);
  }
}
