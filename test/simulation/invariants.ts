import type { History } from './history.js';
import { LEADER_INVARIANTS } from './leader-invariants.js';
import { LEDGER_INVARIANTS } from './ledger-invariants.js';
import { RULE_INVARIANTS } from './rule-invariants.js';
import { RUN_INVARIANTS } from './run-invariants.js';

/** A promise that was broken. */
export interface Violation {
  readonly invariant: string;
  readonly detail: string;
  /** The rows or records that show it. */
  readonly evidence: readonly unknown[];
}

/** What must hold of every history, whatever was killed, frozen, cut off or skewed. */
export interface Invariant {
  readonly name: string;
  readonly says: string;
  /** @param before the same cluster's history at an earlier look, if there was one */
  readonly violations: (
    history: History,
    before: History | null,
  ) => Iterable<Omit<Violation, 'invariant'>>;
}

export const INVARIANTS: readonly Invariant[] = [
  ...LEDGER_INVARIANTS,
  ...RULE_INVARIANTS,
  ...RUN_INVARIANTS,
  ...LEADER_INVARIANTS,
];

export function check(history: History, before: History | null = null): Violation[] {
  return INVARIANTS.flatMap(({ name, violations }) =>
    [...violations(history, before)].map((found) => ({ invariant: name, ...found })),
  );
}
