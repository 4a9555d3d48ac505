/**
 * How much work one question may cost. Every rule pays from the same budget, however deep they
 * nest, so no spec can hold the event loop for long. It counts steps and not time: the same
 * question must have the same answer on a slow machine and on a fast one.
 */
export class Budget {
  private left: number;
  private lastVisited = NaN;
  private visited: Set<number> | undefined;

  constructor(steps: number = MAX_STEPS) {
    this.left = steps;
  }

  /** @throws SearchTooLong when nothing is left */
  spend(steps: number): void {
    this.left -= steps;
    if (this.left < 0) throw new SearchTooLong();
  }

  /** Asks something that may spend one part of what is left, out of so many. */
  within<T>(parts: number, question: () => T): T {
    const reserve = this.left - this.left / parts;
    this.left -= reserve;
    try {
      return question();
    } finally {
      this.left = Math.max(this.left, 0) + reserve;
    }
  }

  /**
   * Pays for a piece of a zone's history, once for each question. It may be cached, but then the
   * answer would depend on what was asked before.
   */
  visit(piece: number): void {
    if (piece === this.lastVisited || this.visited?.has(piece)) return;
    // Most questions need one piece only, and no set.
    if (!Number.isNaN(this.lastVisited)) (this.visited ??= new Set()).add(this.lastVisited);
    this.lastVisited = piece;
    this.spend(HISTORY_STEPS);
  }
}

/** A few milliseconds: a step is an evaluation of one plain rule, or a few months of a calendar. */
const MAX_STEPS = 8_000;

/** Finding a year's clock changes costs as much as so many steps. */
const HISTORY_STEPS = 80;

/** Thrown through all rules, and caught where the question was asked. */
export class SearchTooLong extends Error {
  constructor() {
    super('The search for a fire time took too long');
    this.name = 'SearchTooLong';
  }
}
