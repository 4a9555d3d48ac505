import { Get } from '@nestjs/common';
import { z } from 'zod';
import { problemsOf } from '../../domain/problems/problems.js';
import { PROBLEM_KINDS, SEVERITIES, SILENT_FOR_MS } from '../../domain/problems/situation.js';
import { NodeStatus } from '../../node/node-status.js';
import { ClusterStore, MAX_NAMED, type NodeInfo } from '../../store/cluster-store.js';
import { ApiController } from '../access/api-controller.decorator.js';
import { Requires } from '../access/requires.decorator.js';
import { instant } from '../protocol/instant.dto.js';
import { Operation } from '../protocol/operation.decorator.js';

const named = z.array(z.object({ id: z.string(), name: z.string(), since: instant.nullable() }));

export const problemSchema = z
  .object({
    kind: z.enum(PROBLEM_KINDS),
    severity: z.enum(SEVERITIES),
    since: instant.nullable(),
    message: z.string(),
    remedy: z.string(),
    count: z.number().int(),
    jobs: named,
    nodes: named,
    link: z.string(),
  })
  .meta({
    id: 'ClusterProblem',
    description:
      'What is wrong, and what to do about it. At most 20 jobs and nodes are named; the link, from where the API begins, tells more.',
  });

/** What an operator is to look at first. */
@ApiController('problems')
export class ProblemsController {
  constructor(
    private readonly cluster: ClusterStore,
    private readonly status: NodeStatus,
  ) {}

  @Get()
  @Requires('viewer')
  @Operation({
    summary: 'What is wrong now, the worst first',
    answers: { 200: z.object({ items: z.array(problemSchema), now: instant }) },
    examples: [{ title: 'Now', status: 200 }],
  })
  async list() {
    const [state, leader, nodes, troubles] = await Promise.all([
      this.cluster.state(),
      this.cluster.leader(),
      this.cluster.nodes(),
      this.cluster.troubles(),
    ]);
    const { id, name, notReady, running } = this.status;
    const trouble = running ? (notReady ?? this.status.trouble()) : null;
    const items = problemsOf({
      ...troubles,
      now: state.now,
      cluster: state,
      leader,
      node: { id, name, trouble },
      blocked: nodes.filter(isBlocked).slice(0, MAX_NAMED).map(blockedDto),
      silent: silentOf(nodes, state.now),
    });
    return { items, now: state.now };
  }
}

/** Nodes that neither live nor have stopped, of those that were there lately. */
function silentOf(nodes: readonly NodeInfo[], now: Date) {
  const isLate = ({ alive, stoppedAt, heartbeatAt }: NodeInfo) =>
    !alive && stoppedAt === null && now.getTime() - heartbeatAt.getTime() < SILENT_FOR_MS;
  return nodes
    .filter(isLate)
    .slice(0, MAX_NAMED)
    .map(({ id, name, heartbeatAt }) => ({ id, name, since: heartbeatAt }));
}

const isBlocked = ({ alive, blockedSince }: NodeInfo) => alive && blockedSince !== null;

const blockedDto = ({ id, name, blockedSince, blockedBy }: NodeInfo) => ({
  id,
  name,
  since: blockedSince,
  by: blockedBy,
});
