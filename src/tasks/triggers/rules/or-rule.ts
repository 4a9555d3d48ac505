import { SearchTooLong, type Budget } from '../time/budget.js';
import { countByWalking, type Rule } from './rule.js';

/** When any of its rules fires; at once for those that fire together. */
export class OrRule implements Rule {
  constructor(private readonly rules: readonly Rule[]) {}

  next(after: number, budget: Budget): number {
    return Math.min(...this.answers((rule) => rule.next(after, budget), budget));
  }

  previous(before: number, budget: Budget): number {
    return Math.max(...this.answers((rule) => rule.previous(before, budget), budget));
  }

  count(from: number, to: number, most: number, budget: Budget): number {
    return countByWalking(this, from, to, most, budget);
  }

  /** A rule whose search is given up must not keep the others from firing. */
  private answers(question: (rule: Rule) => number, budget: Budget): readonly number[] {
    const answers: number[] = [];
    this.rules.forEach((rule, i) => {
      try {
        answers.push(budget.within(this.rules.length - i, () => question(rule)));
      } catch (error) {
        if (!(error instanceof SearchTooLong)) throw error;
      }
    });
    if (answers.length === 0) throw new SearchTooLong();
    return answers;
  }
}
