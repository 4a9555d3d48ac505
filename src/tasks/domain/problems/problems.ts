import { counted } from '../why/words.js';
import { jobProblems } from './job-problems.js';
import { earliest, listOf } from './naming.js';
import { transactionProblems } from './transaction-problems.js';
import { LATE_MS, PROBLEM_KINDS, SEVERITIES, type Problem, type Situation } from './situation.js';

const NOBODY: Pick<Problem, 'jobs' | 'nodes' | 'count'> = { jobs: [], nodes: [], count: 1 };

/** The worst first. */
export function problemsOf(situation: Situation): Problem[] {
  const found = [
    ...ofCluster(situation),
    ...jobProblems(situation),
    ...ofNodes(situation),
    ...skewed(situation),
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

function ofNodes({ node, blocked, silent }: Situation): Problem[] {
  const problems: Problem[] = [];
  if (node !== null && node.trouble !== null) {
    problems.push({
      ...NOBODY,
      kind: 'loop-failing',
      severity: 'error',
      since: null,
      message: `Node ${node.name} cannot do its work: ${node.trouble}.`,
      remedy: 'See its log. It tries again by itself.',
      nodes: [{ id: node.id, name: node.name, since: null }],
      link: 'nodes',
    });
  }
  for (const { by, ...named } of blocked) {
    problems.push({
      ...NOBODY,
      kind: 'blocked-node',
      severity: 'error',
      since: named.since,
      message: `The event loop of node ${named.name} is blocked${by === null ? '' : ` by ${by}`}, so it starts no run.`,
      remedy: 'Move what computes into a worker thread with the "thread" setting of @Task.',
      nodes: [named],
      link: 'nodes',
    });
  }
  if (silent.length > 0) {
    problems.push({
      ...NOBODY,
      kind: 'silent-node',
      severity: 'warning',
      since: earliest(silent),
      message: `${counted(silent.length, 'node')} fell silent without a good-bye: ${listOf(silent)}.`,
      remedy: 'See why it ended or what cut it off; its runs were settled by the leader.',
      count: silent.length,
      nodes: silent,
      link: 'nodes',
    });
  }
  return problems;
}

function skewed({ skewed: nodes }: Situation): Problem[] {
  if (nodes.length === 0) return [];
  const told = nodes.map((node) => ({ ...node, name: `${node.name} (${node.aheadMs} ms)` }));
  return [
    {
      ...NOBODY,
      kind: 'clock-skew',
      severity: 'warning',
      since: null,
      message: `The database's clock is ahead of ${nodes.length === 1 ? 'that of a node' : 'those of nodes'}: ${listOf(told)}.`,
      remedy:
        'Keep the clocks by NTP. Jobs fire by the database’s clock, but logs and timers of scope "node" go by the node’s.',
      count: nodes.length,
      nodes: nodes.map(({ id, name, since }) => ({ id, name, since })),
      link: 'nodes',
    },
  ];
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
