import type { Problem, ProblemKind } from './situation.js';

/** What shall always hold, and which problem there is where it does not. */
export const INVARIANTS = [
  { name: 'somebody-leads', kind: 'no-leader', says: 'Due work has a leader that fires it.' },
  { name: 'jobs-fire', kind: 'overdue', says: 'No job is due for more than 30 s and not fired.' },
  {
    name: 'runs-have-a-heartbeat',
    kind: 'unsettled-runs',
    says: 'Every run that is running has a node that gives signs of life, or is settled.',
  },
  {
    name: 'nobody-holds-rows',
    kind: 'long-transaction',
    says: 'No transaction of others holds locks on tables of Carillon for more than 30 s.',
  },
  {
    name: 'vacuum-works',
    kind: 'held-vacuum',
    says: 'No transaction keeps VACUUM from cleaning up for more than 5 min.',
  },
  {
    name: 'clocks-agree',
    kind: 'clock-skew',
    says: "No node's clock differs from the database's by more than 1 s.",
  },
] as const satisfies readonly {
  readonly name: string;
  readonly kind: ProblemKind;
  readonly says: string;
}[];

export interface Invariant {
  readonly name: (typeof INVARIANTS)[number]['name'];
  readonly says: string;
  readonly holds: boolean;
  /** Since when it does not, why, and what to do; null: it holds, or that is not known. */
  readonly since: Date | null;
  readonly message: string | null;
  readonly remedy: string | null;
}

/** Each of them, whether it holds. */
export const invariantsOf = (problems: readonly Problem[]): Invariant[] =>
  INVARIANTS.map(({ name, kind, says }) => {
    const found = problems.find((problem) => problem.kind === kind);
    const { since = null, message = null, remedy = null } = found ?? {};
    return { name, says, holds: found === undefined, since, message, remedy };
  });
