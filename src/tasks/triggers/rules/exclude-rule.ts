import type { Budget } from '../time/budget.js';
import type { Exclusion } from './exclusion.js';
import { countByWalking, HORIZON_MS, type Rule } from './rule.js';

/** A rule without the fire times that are in excluded time. */
export class ExcludeRule implements Rule {
  constructor(
    private readonly rule: Rule,
    private readonly exclusions: readonly Exclusion[],
  ) {}

  next(after: number, budget: Budget): number {
    const start = this.rule.next(after, budget);
    let at = start;
    while (at !== Infinity && at <= start + HORIZON_MS) {
      budget.spend(1);
      const until = this.latest(at, budget);
      if (until === null) return at;
      at = this.rule.next(until - 1, budget);
    }
    return Infinity;
  }

  previous(before: number, budget: Budget): number {
    const start = this.rule.previous(before, budget);
    let at = start;
    while (at !== -Infinity && at >= start - HORIZON_MS) {
      budget.spend(1);
      const since = this.earliest(at, budget);
      if (since === null) return at;
      at = this.rule.previous(since, budget);
    }
    return -Infinity;
  }

  count(from: number, to: number, most: number, budget: Budget): number {
    return countByWalking(this, from, to, most, budget);
  }

  private latest(at: number, budget: Budget): number | null {
    let latest: number | null = null;
    for (const exclusion of this.exclusions) {
      const until = exclusion.until(at, budget);
      if (until !== null && (latest === null || until > latest)) latest = until;
    }
    return latest;
  }

  private earliest(at: number, budget: Budget): number | null {
    let earliest: number | null = null;
    for (const exclusion of this.exclusions) {
      const since = exclusion.since(at, budget);
      if (since !== null && (earliest === null || since < earliest)) earliest = since;
    }
    return earliest;
  }
}
