import type { Budget } from '../time/budget.js';
import { DAY_MS } from '../time/calendar.js';

/**
 * A trigger inside: instants are epoch milliseconds, and "none" is an infinity, so that rules
 * compare and combine without a case for null.
 */
export interface Rule {
  /** The first fire time strictly after `after`, or `Infinity`. */
  next(after: number, budget: Budget): number;

  /** The last fire time strictly before `before`, or `-Infinity`. */
  previous(before: number, budget: Budget): number;

  /** How many fire times there are from `from` to `to`, both included; `most` if there are more. */
  count(from: number, to: number, most: number, budget: Budget): number;
}

/**
 * How far from the first candidate an `and` looks for the next instant that its rules have in
 * common, and a trigger with exclusions for one that is not excluded: fifty years. A 29th of
 * February on a given weekday, the rarest date that people ask for, comes within forty.
 */
export const HORIZON_MS = 50 * 365.25 * DAY_MS;

/** For rules that cannot tell how many fire times there are without going through them. */
export function countByWalking(
  rule: Rule,
  from: number,
  to: number,
  most: number,
  budget: Budget,
): number {
  let n = 0;
  for (let at = rule.next(from - 1, budget); at <= to && n < most; n++) at = rule.next(at, budget);
  return n;
}
