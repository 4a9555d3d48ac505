import {
  ClusterStore,
  type ClusterState,
  type ClusterStats,
  type LeaderInfo,
  type NodeInfo,
} from '../store/cluster-store.js';
import { NotInLocalModeError } from '../domain/errors.js';
import type { LocalNode } from './local-node.js';

const DAY_MS = 86_400_000;

/** A cluster of one process, which always leads. */
export class LocalClusterStore extends ClusterStore {
  constructor(private readonly node: LocalNode) {
    super();
  }

  async state(): Promise<ClusterState> {
    const { pausedBecause, pausedSince } = this.node.gate;
    const paused = pausedBecause !== undefined;
    return { paused, pauseReason: pausedBecause ?? null, pausedSince, now: this.node.clock.now() };
  }

  async leader(): Promise<LeaderInfo> {
    const { status, startedAt } = this.node;
    return {
      nodeId: status.id,
      nodeName: status.name,
      fencingToken: 0,
      acquiredAt: startedAt,
      expiresAt: null,
      history: [],
    };
  }

  async nodes(): Promise<readonly NodeInfo[]> {
    const { status, startedAt, clock, tasks } = this.node;
    const { id, name, version, roles, running: alive } = status;
    const heartbeatAt = clock.now();
    const known = [...tasks.names()].sort();
    const times = { startedAt, heartbeatAt, stoppedAt: null, draining: false };
    return [{ id, name, version, roles, alive, tasks: known, ...times }];
  }

  async pause(reason: string | null): Promise<void> {
    this.node.gate.pausedBecause = reason;
    this.node.gate.pausedSince ??= this.node.clock.now();
  }

  async resume(): Promise<void> {
    this.node.gate.pausedBecause = undefined;
    this.node.gate.pausedSince = null;
  }

  async resign(): Promise<never> {
    throw new NotInLocalModeError('Giving the lead to another node');
  }

  async drain(): Promise<never> {
    throw new NotInLocalModeError('Draining a node');
  }

  async audit(): Promise<never> {
    throw new NotInLocalModeError('An audit');
  }

  async stats(): Promise<ClusterStats> {
    const now = this.node.clock.now();
    const jobs = [...this.node.jobs.values()].map((job) => job.toJob().state);
    const since = now.getTime() - DAY_MS;
    const runs = this.node.ledger.all().filter(({ made }) => made.fireAt.getTime() > since);
    const pending = runs.filter(({ state, held, runAt }) => {
      return state === 'pending' && held === null && runAt <= now;
    });
    return {
      jobs: counted(jobs),
      runs: counted(runs.map(({ state }) => state)),
      backlog: { pending: pending.length, oldestRunAt: pending.at(-1)?.runAt ?? null },
      liveNodes: this.node.status.running ? 1 : 0,
      now,
    };
  }
}

function counted(states: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
