import type { Budget } from '../time/budget.js';

/** Time in which nothing fires. */
export interface Exclusion {
  /** The end, not included, of the excluded stretch around `at`; null: `at` is not excluded. */
  until(at: number, budget: Budget): number | null;

  /** The first instant of the excluded stretch around `at`; null: `at` is not excluded. */
  since(at: number, budget: Budget): number | null;
}
