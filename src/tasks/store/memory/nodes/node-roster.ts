import { DISABLED_HERE, DISABLED_IN_CODE } from '../../../domain/declared-job.js';
import { NodeRoster, type Heartbeat, type NodeIdentity } from '../../node-roster.js';
import type { MemoryDatabase } from '../database.js';
import type { NodeRow } from '../rows.js';

/** Who a node is, as the others see it. */
export type MemoryNode = Omit<NodeIdentity, 'schemaVersion'>;

export class MemoryNodeRoster extends NodeRoster {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly node: MemoryNode,
  ) {
    super();
  }

  async register(): Promise<void> {
    const { nodes, lock } = this.database;
    const others = [...nodes.values()].filter(({ id }) => id !== this.node.id);
    if (!others.some((other) => this.database.isAlive(other))) {
      const generationAt = this.database.now();
      this.database.lock = { ...lock, generation: lock.generation + 1, generationAt };
    }
    if (!nodes.has(this.node.id)) nodes.set(this.node.id, this.row());
  }

  async beat(): Promise<Heartbeat> {
    const { nodes, runs, lock } = this.database;
    const at = this.database.now();
    const known = nodes.get(this.node.id);
    if (known === undefined) nodes.set(this.node.id, this.row());
    else if (known.heartbeatAt < at) {
      nodes.set(this.node.id, {
        ...known,
        tasks: this.node.tasks,
        jobs: this.node.jobs,
        ...(this.node.vitals && { vitals: this.node.vitals }),
        heartbeatAt: at,
      });
    }
    const running = runs.runningOn(this.node.id);
    return {
      at,
      running: running.map(({ id, attempt, cancelRequestedAt, cancelReason }) => ({
        runId: id,
        attempt,
        cancel: cancelRequestedAt && (cancelReason ?? 'cancelled'),
      })),
      unknownTasks: this.unknownTasks(),
      toAdopt: this.toAdopt(),
      switchedOff: this.switchedOff(),
      drain: known?.drain ?? false,
      led: lock.nodeId !== null && lock.expiresAt > at.getTime(),
    };
  }

  async leave(): Promise<void> {
    const { nodes } = this.database;
    const known = nodes.get(this.node.id);
    if (known) nodes.set(this.node.id, { ...known, stoppedAt: this.database.now() });
  }

  private unknownTasks(): string[] {
    const alive = [this.node, ...this.others()];
    const used = [...this.database.jobs.values()].flatMap(({ task, state }) =>
      state === 'active' && !alive.some(({ tasks }) => task in tasks) ? [task] : [],
    );
    return [...new Set(used)].sort();
  }

  private switchedOff(): string[] {
    const disabled = Object.entries(this.node.jobs).filter(([, said]) => said === DISABLED_HERE);
    return disabled.flatMap(([id]) => {
      const job = this.database.jobs.get(id);
      const isOff = job?.origin === 'declared' && job.pauseReason === DISABLED_IN_CODE;
      return isOff ? [id] : [];
    });
  }

  private toAdopt(): string[] {
    const { tasks, jobs } = this.node;
    const own = [
      ...Object.entries(tasks).map(([id, hash]) => ({ id, hash, origin: 'declared' })),
      ...Object.entries(jobs)
        .filter(([, hash]) => hash !== DISABLED_HERE)
        .map(([id, hash]) => ({ id, hash, origin: null })),
    ];
    return own
      .filter(({ id, hash, origin }) => {
        const job = this.database.jobs.get(id);
        return (
          job !== undefined &&
          job.origin !== 'api' &&
          job.origin === (origin ?? job.origin) &&
          hash !== null &&
          this.isNobodys(id, job.declaredHash, hash)
        );
      })
      .map(({ id }) => id)
      .sort();
  }

  /** Stored otherwise than here, and nobody else alive has it so. */
  private isNobodys(id: string, stored: string | null, here: string): boolean {
    const others = this.others();
    return (
      stored !== here && !others.some((node) => ({ ...node.tasks, ...node.jobs })[id] === stored)
    );
  }

  private others(): NodeRow[] {
    return [...this.database.nodes.values()].filter(
      (node) => node.id !== this.node.id && this.database.isAlive(node),
    );
  }

  private row(): NodeRow {
    const now = this.database.now();
    return { ...this.node, drain: false, startedAt: now, heartbeatAt: now, stoppedAt: null };
  }
}
