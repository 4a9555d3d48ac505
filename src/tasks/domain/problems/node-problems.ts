import { counted } from '../why/words.js';
import { earliest, listOf } from './naming.js';
import { NOBODY, type Problem, type Situation } from './situation.js';

/** What is wrong with nodes. */
export function nodeProblems({ node, blocked, silent }: Situation): Problem[] {
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
  return silent.count > 0 ? [...problems, silentProblem(silent)] : problems;
}

export const silentProblem = ({ count, nodes }: Situation['silent']): Problem => ({
  ...NOBODY,
  kind: 'silent-node',
  severity: 'warning',
  since: earliest(nodes),
  message: `${counted(count, 'node')} fell silent without a good-bye: ${listOf(nodes, count)}.`,
  remedy: 'See why it ended or what cut it off; its runs were settled by the leader.',
  count,
  nodes,
  link: 'nodes',
});

/** Clocks that differ. */
export function clockProblems({ skewed: nodes }: Situation): Problem[] {
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
