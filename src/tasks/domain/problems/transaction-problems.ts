import type { Problem, Situation, Transaction } from './situation.js';

/** Transactions of others that stand in the way: who holds what, and how to end it. */
export function transactionProblems({ transactions, vacuum }: Situation): Problem[] {
  const problems: Problem[] = [];
  const [first] = transactions;
  const common = { count: 1, jobs: [], nodes: [], severity: 'warning' as const, link: 'problems' };
  if (first) {
    const more = transactions.length > 1 ? `, the oldest of ${transactions.length},` : '';
    problems.push({
      ...common,
      kind: 'long-transaction',
      count: transactions.length,
      since: first.since,
      message: `${nameOf(first)}${more} holds locks on tables of Carillon: what it holds is not fired, claimed or ended until it is over.`,
      remedy: `${howToEnd(first)} See that code which calls TasksService in a transaction commits soon.`,
    });
  }
  if (vacuum) {
    problems.push({
      ...common,
      kind: 'held-vacuum',
      since: vacuum.since,
      message: `${nameOf(vacuum)} keeps VACUUM from cleaning up, in every table: claims and fires become slower the longer it lasts.`,
      remedy: `${howToEnd(vacuum)} idle_in_transaction_session_timeout ends those that were forgotten.`,
    });
  }
  return problems;
}

function nameOf({ pid, name, user, application, since }: Transaction): string {
  const who = [user && `of ${user}`, application && `"${application}"`].filter(Boolean).join(', ');
  const which =
    pid === null ? `The prepared transaction ${name}` : `The transaction of process ${pid}`;
  return `${which}${who ? ` (${who})` : ''}, open since ${since.toISOString()},`;
}

const howToEnd = ({ pid, name }: Transaction): string =>
  pid === null
    ? `End it: COMMIT PREPARED or ROLLBACK PREPARED '${name}'.`
    : `End it: SELECT pg_terminate_backend(${pid}).`;
