import {
  ClusterStore,
  type ClusterState,
  type LeaderInfo,
  type NodeInfo,
} from '../store/cluster-store.js';
import type { MemoryDatabase } from './memory-database.js';

/** How many past terms are shown. */
const MOST_TERMS = 20;

export class MemoryClusterStore extends ClusterStore {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  async state(): Promise<ClusterState> {
    const { paused, pauseReason } = this.database.lock;
    return { paused, pauseReason, now: this.database.now() };
  }

  async leader(): Promise<LeaderInfo> {
    const { lock, terms } = this.database;
    const held = lock.nodeId !== null && lock.expiresAt > this.database.now().getTime();
    return {
      nodeId: held ? lock.nodeId : null,
      nodeName: held ? this.nameOf(lock.nodeId) : null,
      fencingToken: lock.fencingToken,
      acquiredAt: held ? lock.acquiredAt : null,
      expiresAt: held ? new Date(lock.expiresAt) : null,
      history: terms
        .slice(-MOST_TERMS)
        .toReversed()
        .map((term) => ({ ...term, nodeName: this.nameOf(term.nodeId) ?? term.nodeId })),
    };
  }

  async nodes(): Promise<readonly NodeInfo[]> {
    return [...this.database.nodes.values()]
      .map((node) => ({
        ...node,
        tasks: [...node.tasks].sort(),
        alive: this.database.isAlive(node),
      }))
      .sort(
        (a, b) =>
          Number(b.alive) - Number(a.alive) ||
          b.startedAt.getTime() - a.startedAt.getTime() ||
          (a.id < b.id ? -1 : 1),
      );
  }

  async pause(reason: string | null): Promise<void> {
    const { lock, pauses } = this.database;
    if (!lock.paused) pauses.push({ from: this.database.now(), to: null });
    this.database.lock = { ...lock, paused: true, pauseReason: reason, pauses: lock.pauses + 1 };
    this.database.notify('jobs');
  }

  async resume(): Promise<void> {
    const { lock, pauses } = this.database;
    const open = pauses.at(-1);
    if (!lock.paused || !open) return;
    pauses.splice(-1, 1, { ...open, to: this.database.now() });
    this.database.lock = { ...lock, paused: false, pauseReason: null, pauses: lock.pauses + 1 };
    this.database.notify('jobs');
    this.database.notify('runs');
  }

  private nameOf(nodeId: string | null): string | null {
    return this.database.nodes.get(nodeId ?? '')?.name ?? nodeId;
  }
}
