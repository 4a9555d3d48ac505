import type { TaskInfo } from '../tasks.service.js';
import type { LeaderInfo, NodeInfo } from '../store/cluster-store.js';

/** The holder of the leader lock, or null while nobody leads. */
export function leaderDto(leader: LeaderInfo) {
  if (leader.nodeId === null) return null;
  return {
    nodeId: leader.nodeId,
    nodeName: leader.nodeName,
    fencingToken: leader.fencingToken,
    acquiredAt: leader.acquiredAt,
    expiresAt: leader.expiresAt,
  };
}

/** A node in brief, without the tasks that it knows. */
export function nodeDto({ id, name, version, roles, startedAt, heartbeatAt }: NodeInfo) {
  return { id, name, version, roles, startedAt, heartbeatAt };
}

export function taskDto({ name, nodes }: TaskInfo) {
  return { name, nodes, schema: null, scope: 'cluster' as const };
}
