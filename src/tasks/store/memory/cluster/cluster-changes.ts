import { NodeNotFoundError } from '../../../domain/errors.js';
import type { Author } from '../../../domain/job-requests.js';
import type { MemoryDatabase } from '../database.js';

/** Fires nothing and starts nothing any more. */
export function pauseCluster(database: MemoryDatabase, reason: string | null, by: Author): void {
  const { lock, pauses } = database;
  if (!lock.paused) pauses.push({ from: database.now(), to: null });
  database.lock = { ...lock, paused: true, pauseReason: reason, pauses: lock.pauses + 1 };
  const before = { paused: lock.paused, pauseReason: lock.pauseReason };
  const details = { before, after: { paused: true, pauseReason: reason } };
  const author = { ...by, reason: reason ?? by.reason ?? null };
  database.audit.write({ action: 'cluster.pause', details }, author);
  database.notify('jobs');
}

export function resumeCluster(database: MemoryDatabase, by: Author): void {
  const { lock, pauses } = database;
  const open = pauses.at(-1);
  if (!lock.paused || !open) return;
  pauses.splice(-1, 1, { ...open, to: database.now() });
  database.lock = { ...lock, paused: false, pauseReason: null, pauses: lock.pauses + 1 };
  const before = { paused: true, pauseReason: lock.pauseReason };
  const details = { before, after: { paused: false, pauseReason: null } };
  database.audit.write({ action: 'cluster.resume', details }, by);
  database.notify('jobs');
  database.notify('runs');
}

/** As if the holder had resigned: the token grows, so what it still writes touches nothing. */
export function resignLeader(database: MemoryDatabase, by: Author): void {
  const { lock } = database;
  if (lock.nodeId === null) return;
  const free = { nodeId: null, expiresAt: -Infinity, hinted: false };
  const fencingToken = lock.fencingToken + 1;
  database.lock = { ...lock, ...free, fencingToken };
  const before = { nodeId: lock.nodeId, fencingToken: lock.fencingToken };
  const details = { before, after: { nodeId: null, fencingToken } };
  database.audit.write({ action: 'leader.resign', details }, by);
  database.notify('leader');
}

/** @throws NodeNotFoundError */
export function drainNode(
  database: MemoryDatabase,
  nodeId: string,
  drain: boolean,
  by: Author,
): void {
  const node = database.nodes.get(nodeId);
  if (!node || !database.isAlive(node)) throw new NodeNotFoundError(nodeId);
  database.nodes.set(nodeId, { ...node, drain });
  const details = { nodeId, before: { draining: node.drain }, after: { draining: drain } };
  database.audit.write({ action: 'node.drain', details }, by);
  database.notify('cancel');
}
