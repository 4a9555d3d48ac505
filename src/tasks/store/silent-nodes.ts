import type { NodeInfo } from './cluster-store.js';

/** A node that was last heard of longer ago does not come back. */
const MAX_SILENCE_MS = 900_000;

/** Nodes that have not stopped, and whose signs of life do not get through: they may well be at work. */
export function silentNodes(nodes: readonly NodeInfo[], now: Date): readonly NodeInfo[] {
  return nodes.filter(
    ({ alive, stoppedAt, heartbeatAt }) =>
      !alive && stoppedAt === null && now.getTime() - heartbeatAt.getTime() < MAX_SILENCE_MS,
  );
}
