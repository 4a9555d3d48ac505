import type { Budget } from '../time/budget.js';
import { countByWalking, HORIZON_MS, type Rule } from './rule.js';

/**
 * When all of its rules fire at the same millisecond. Each rule in turn is asked for its first fire
 * time that is not before the latest one seen, until they agree, or until the horizon, which is
 * reckoned from where all have been asked once.
 */
export class AndRule implements Rule {
  constructor(private readonly rules: readonly Rule[]) {}

  next(after: number, budget: Budget): number {
    const { length } = this.rules;
    let target = after + 1;
    let limit = Infinity;
    for (let asked = 0, agreed = 0; agreed < length; asked++) {
      if (target > limit) return Infinity;
      budget.spend(1);
      const at = this.rules[asked % length]!.next(target - 1, budget);
      if (at === Infinity) return Infinity;
      agreed = at === target ? agreed + 1 : 1;
      target = at;
      if (asked === length - 1) limit = target + HORIZON_MS;
    }
    return target;
  }

  previous(before: number, budget: Budget): number {
    const { length } = this.rules;
    let target = before - 1;
    let limit = -Infinity;
    for (let asked = 0, agreed = 0; agreed < length; asked++) {
      if (target < limit) return -Infinity;
      budget.spend(1);
      const at = this.rules[asked % length]!.previous(target + 1, budget);
      if (at === -Infinity) return -Infinity;
      agreed = at === target ? agreed + 1 : 1;
      target = at;
      if (asked === length - 1) limit = target - HORIZON_MS;
    }
    return target;
  }

  count(from: number, to: number, most: number, budget: Budget): number {
    return countByWalking(this, from, to, most, budget);
  }
}
