import { hourOf, summaryOf } from '../../../domain/series.js';
import type { Author } from '../../../domain/job-requests.js';
import {
  ClusterStore,
  type AuditQuery,
  type AuditRow,
  type ClusterState,
  type ClusterStats,
  type LeaderInfo,
  type NodeInfo,
  type Obstacles,
  type Troubles,
} from '../../cluster-store.js';
import type { Page } from '../../page.js';
import type { MemoryDatabase } from '../database.js';
import { troublesOf } from './troubles.js';
import { MemoryStatistics } from '../sums/statistics.js';
import { drainNode, pauseCluster, resignLeader, resumeCluster } from './cluster-changes.js';

/** How many past terms are shown. */
const MAX_TERMS = 20;

const DAY_MS = 86_400_000;

export class MemoryClusterStore extends ClusterStore {
  constructor(protected readonly database: MemoryDatabase) {
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
      expiresAt: held && Number.isFinite(lock.expiresAt) ? new Date(lock.expiresAt) : null,
      vacantSince: !held && Number.isFinite(lock.expiresAt) ? new Date(lock.expiresAt) : null,
      leaseMs: lock.leaseMs,
      hinted: held && lock.hinted,
      generation: lock.generation,
      generationAt: lock.generationAt,
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
        loopLagMs: node.vitals?.loopLagMs ?? null,
        blockedSince: node.vitals?.blocked?.since ?? null,
        blockedBy: node.vitals?.blocked?.by ?? null,
        slots: node.slots ?? null,
        running: this.database.runs.runningOn(node.id).length,
        clockOffsetMs: null,
        beatAgeMs: Math.max(0, this.database.now().getTime() - node.heartbeatAt.getTime()),
        alive: this.database.isAlive(node),
      }))
      .sort(
        (a, b) =>
          Number(b.alive) - Number(a.alive) ||
          b.startedAt.getTime() - a.startedAt.getTime() ||
          (a.id < b.id ? -1 : 1),
      );
  }

  async pause(reason: string | null, by: Author = {}): Promise<void> {
    this.database.inOneGo(() => pauseCluster(this.database, reason, by));
  }

  async resume(by: Author = {}): Promise<void> {
    this.database.inOneGo(() => resumeCluster(this.database, by));
  }

  async resign(by: Author = {}): Promise<void> {
    this.database.inOneGo(() => resignLeader(this.database, by));
  }

  async drain(nodeId: string, drain: boolean, by: Author = {}): Promise<void> {
    this.database.inOneGo(() => drainNode(this.database, nodeId, drain, by));
  }

  async note(action: string, details: object, by: Author = {}): Promise<void> {
    this.database.audit.write({ action, details }, by);
  }

  async endSession(id: string, endsAt: Date): Promise<void> {
    const { endedSessions } = this.database;
    for (const [other, at] of endedSessions) {
      if (at < this.database.now()) endedSessions.delete(other);
    }
    endedSessions.set(id, endsAt);
  }

  async hasEnded(sessionId: string): Promise<boolean> {
    return this.database.endedSessions.has(sessionId);
  }

  async audit(query: AuditQuery): Promise<Page<AuditRow>> {
    return this.database.audit.list(query);
  }

  async requests(runIds: readonly string[]): Promise<ReadonlyMap<string, AuditRow>> {
    return this.database.audit.requests(runIds.flatMap((id) => this.database.runs.get(id) ?? []));
  }

  async stats(): Promise<ClusterStats> {
    const now = this.database.now();
    const since = hourOf(new Date(now.getTime() - DAY_MS));
    const { hours } = await new MemoryStatistics(this.database).hours(
      since,
      new Date(now.getTime() + DAY_MS),
    );
    const { runs, lagMs, durationMs } = summaryOf(hours);
    const nodes = [...this.database.nodes.values()];
    const open = this.database.runs.live().filter(({ finishedAt }) => finishedAt === null);
    const waiting = open.filter(
      ({ state, held, runAt }) => state === 'pending' && held === null && runAt <= now,
    );
    const oldest = waiting.map(({ runAt }) => runAt).sort((a, b) => a.getTime() - b.getTime())[0];
    return {
      jobs: countByState([...this.database.jobs.values()]),
      runs: { ...runs, ...countByState(open) },
      since,
      countedTo: now,
      lagMs,
      durationMs,
      backlog: { pending: waiting.length, oldestRunAt: oldest ?? null },
      liveNodes: nodes.filter((node) => this.database.isAlive(node)).length,
      now,
    };
  }

  /** Nobody else has a transaction here. */
  async obstacles(): Promise<Obstacles> {
    return { vacuum: null, transactions: [] };
  }

  async troubles(): Promise<Troubles> {
    return troublesOf(this.database);
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
