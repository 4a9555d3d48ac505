import { Injectable } from '@nestjs/common';
import { problemsOf } from '../domain/problems/problems.js';
import { SILENT_FOR_MS, SKEW_MS, type Problem } from '../domain/problems/situation.js';
import { NodeStatus } from '../node/node-status.js';
import { ClusterStore, MAX_NAMED, type NodeInfo, type Troubles } from '../store/cluster-store.js';

/** What is wrong, and what that was judged by. */
export interface Judged {
  /** The worst first. */
  readonly problems: readonly Problem[];
  readonly nodes: readonly NodeInfo[];
  readonly troubles: Troubles;
  readonly paused: boolean;
  /** The database's clock. */
  readonly now: Date;
}

/** Looks at all that may be wrong, for everybody who tells of it. */
@Injectable()
export class ClusterProblems {
  constructor(
    private readonly cluster: ClusterStore,
    private readonly status: NodeStatus,
  ) {}

  async judge(): Promise<Judged> {
    const [state, leader, nodes, troubles, obstacles] = await Promise.all([
      this.cluster.state(),
      this.cluster.leader(),
      this.cluster.nodes(),
      this.cluster.troubles(),
      this.cluster.obstacles(),
    ]);
    const { id, name, notReady, running } = this.status;
    const trouble = running ? (notReady ?? this.status.trouble()) : null;
    const problems = problemsOf({
      ...troubles,
      ...obstacles,
      now: state.now,
      cluster: state,
      leader,
      node: { id, name, trouble },
      blocked: nodes.filter(isBlocked).slice(0, MAX_NAMED).map(blockedOf),
      silent: silentOf(nodes, state.now),
      skewed: nodes.flatMap(skewedOf).slice(0, MAX_NAMED),
    });
    return { problems, nodes, troubles, paused: state.paused, now: state.now };
  }
}

/** Nodes that neither live nor have stopped, of those that were there lately. */
function silentOf(nodes: readonly NodeInfo[], now: Date) {
  const isLate = ({ alive, stoppedAt, heartbeatAt }: NodeInfo) =>
    !alive && stoppedAt === null && now.getTime() - heartbeatAt.getTime() < SILENT_FOR_MS;
  const late = nodes
    .filter(isLate)
    .map(({ id, name, heartbeatAt }) => ({ id, name, since: heartbeatAt }));
  return { count: late.length, nodes: late.slice(0, MAX_NAMED) };
}

const isBlocked = ({ alive, blockedSince }: NodeInfo) => alive && blockedSince !== null;

const blockedOf = ({ id, name, blockedSince, blockedBy }: NodeInfo) => ({
  id,
  name,
  since: blockedSince,
  by: blockedBy,
});

function skewedOf({ id, name, alive, clockOffsetMs: aheadMs }: NodeInfo) {
  if (!alive || aheadMs === null || Math.abs(aheadMs) < SKEW_MS) return [];
  return [{ id, name, since: null, aheadMs }];
}
