import { NodeNotFoundError } from '../../../domain/errors.js';
import {
  ClusterStore,
  type AuditRow,
  type ClusterState,
  type ClusterStats,
  type LeaderInfo,
  type NodeInfo,
} from '../../cluster-store.js';
import type { Page } from '../../page.js';
import type { MemoryDatabase } from '../database.js';

/** How many past terms are shown. */
const MAX_TERMS = 20;

const DAY_MS = 86_400_000;

export class MemoryClusterStore extends ClusterStore {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  async state(): Promise<ClusterState> {
    const { paused, pauseReason } = this.database.lock;
    const pausedSince = paused ? (this.database.pauses.at(-1)?.from ?? null) : null;
    return { paused, pauseReason, pausedSince, now: this.database.now() };
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
        .slice(-MAX_TERMS)
        .toReversed()
        .map((term) => ({ ...term, nodeName: this.nameOf(term.nodeId) ?? term.nodeId })),
    };
  }

  async nodes(): Promise<readonly NodeInfo[]> {
    return [...this.database.nodes.values()]
      .map((node) => ({
        ...node,
        tasks: Object.keys(node.tasks).sort(),
        draining: node.drain,
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

  async resign(): Promise<void> {
    const { lock } = this.database;
    if (lock.nodeId === null) return;
    const free = { nodeId: null, expiresAt: -Infinity, hinted: false };
    this.database.lock = { ...lock, ...free, fencingToken: lock.fencingToken + 1 };
    this.database.notify('leader');
  }

  async drain(nodeId: string, drain: boolean): Promise<void> {
    const node = this.database.nodes.get(nodeId);
    if (!node || !this.database.isAlive(node)) throw new NodeNotFoundError(nodeId);
    this.database.nodes.set(nodeId, { ...node, drain });
    this.database.notify('cancel');
  }

  /** It keeps none. */
  async audit(): Promise<Page<AuditRow>> {
    return { items: [], nextCursor: null };
  }

  async stats(): Promise<ClusterStats> {
    const now = this.database.now();
    const since = new Date(now.getTime() - DAY_MS);
    const nodes = [...this.database.nodes.values()];
    const recent = this.database.runs
      .all()
      .filter(({ finishedAt }) => finishedAt === null || finishedAt > since);
    const waiting = recent.filter(
      ({ state, held, runAt }) => state === 'pending' && held === null && runAt <= now,
    );
    const oldest = waiting.map(({ runAt }) => runAt).sort((a, b) => a.getTime() - b.getTime())[0];
    return {
      jobs: countByState([...this.database.jobs.values()]),
      runs: countByState(recent),
      backlog: { pending: waiting.length, oldestRunAt: oldest ?? null },
      liveNodes: nodes.filter((node) => this.database.isAlive(node)).length,
      now,
    };
  }

  private nameOf(nodeId: string | null): string | null {
    return this.database.nodes.get(nodeId ?? '')?.name ?? nodeId;
  }
}

function countByState(rows: readonly { readonly state: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of rows) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
