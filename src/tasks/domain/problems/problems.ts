import { counted } from '../why/words.js';
import { jobProblems } from './job-problems.js';
import { clockProblems, nodeProblems } from './node-problems.js';
import { transactionProblems } from './transaction-problems.js';
import {
  LATE_MS,
  NOBODY,
  PROBLEM_KINDS,
  SEVERITIES,
  type Problem,
  type Situation,
} from './situation.js';

/** The worst first. */
export function problemsOf(situation: Situation): Problem[] {
  const found = [
    ...ofCluster(situation),
    ...jobProblems(situation),
    ...nodeProblems(situation),
    ...clockProblems(situation),
    ...transactionProblems(situation),
    ...backlog(situation),
  ];
  const rank = ({ kind, severity }: Problem) =>
    SEVERITIES.indexOf(severity) * PROBLEM_KINDS.length + PROBLEM_KINDS.indexOf(kind);
  return found.sort((a, b) => rank(a) - rank(b));
}

function ofCluster({ cluster, leader }: Situation): Problem[] {
  const problems: Problem[] = [];
  if (leader.nodeId === null) {
    problems.push({
      ...NOBODY,
      kind: 'no-leader',
      severity: 'error',
      since: leader.vacantSince,
      message: 'No node leads, so nothing is fired.',
      remedy:
        'Start a node with the role "scheduler", or see the logs of those that run for why they cannot lead.',
      link: 'leader',
    });
  }
  if (cluster.paused) {
    const because = cluster.pauseReason === null ? '' : ` ("${cluster.pauseReason}")`;
    problems.push({
      ...NOBODY,
      kind: 'cluster-paused',
      severity: 'warning',
      since: cluster.pausedSince,
      message: `The whole cluster is paused${because}: nothing is fired or started.`,
      remedy: 'Resume the cluster. What was missed until then is not made up for.',
      link: 'audit?action=cluster.pause',
    });
  }
  return problems;
}

function backlog({ waiting: { count, oldestRunAt }, now, cluster }: Situation): Problem[] {
  if (cluster.paused || oldestRunAt === null) return [];
  if (now.getTime() - oldestRunAt.getTime() < LATE_MS) return [];
  return [
    {
      ...NOBODY,
      kind: 'backlog',
      severity: 'error',
      since: oldestRunAt,
      message: `${counted(count, 'run')} could start and ${count === 1 ? 'waits' : 'wait'} for a free slot, the first since ${oldestRunAt.toISOString()}.`,
      remedy: 'Add workers or concurrency, or see what holds the slots.',
      count,
      link: 'runs?state=pending',
    },
  ];
}
