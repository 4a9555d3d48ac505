import { Budget, SearchTooLong } from './time/budget.js';
import type { Rule } from './rules/rule.js';
import type { Trigger } from './trigger.js';

/**
 * A rule as others see it. A search that was given up finds nothing: a spec whose first fire time
 * takes that long was refused when it was made.
 */
export class RuleTrigger implements Trigger {
  constructor(private readonly rule: Rule) {}

  next(after: Date): Date | null {
    const at = after.getTime();
    if (Number.isNaN(at)) return null;
    return this.ask((budget) => dateAt(this.rule.next(at, budget)), null);
  }

  previous(before: Date): Date | null {
    const at = before.getTime();
    if (Number.isNaN(at)) return null;
    return this.ask((budget) => dateAt(this.rule.previous(at, budget)), null);
  }

  count(from: Date, to: Date, most: number): number {
    return this.ask(
      (budget) => this.rule.count(from.getTime(), to.getTime(), most, budget),
      most,
      COUNTING_STEPS,
    );
  }

  private ask<T>(question: (budget: Budget) => T, givenUp: T, steps?: number): T {
    try {
      return question(new Budget(steps));
    } catch (error) {
      if (error instanceof SearchTooLong) return givenUp;
      throw error;
    }
  }
}

/** Some rules must go through all that they count. */
const COUNTING_STEPS = 40_000;

const dateAt = (at: number) => (Number.isFinite(at) ? new Date(at) : null);
