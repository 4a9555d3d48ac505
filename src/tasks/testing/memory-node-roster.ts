import { NodeRoster, type Heartbeat } from '../store/node-roster.js';
import type { MemoryDatabase } from './memory-database.js';
import type { NodeRow } from './memory-rows.js';

/** Who a node is, as the others see it. */
export type MemoryNode = Pick<NodeRow, 'id' | 'name' | 'version' | 'roles' | 'tasks'>;

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
    const { nodes, runs } = this.database;
    const at = this.database.now();
    const known = nodes.get(this.node.id);
    if (known === undefined) nodes.set(this.node.id, this.row());
    else if (known.heartbeatAt < at) nodes.set(this.node.id, { ...known, heartbeatAt: at });
    const running = runs.runningOn(this.node.id);
    return { at, running: running.map(({ id, attempt }) => ({ runId: id, attempt })) };
  }

  async leave(): Promise<void> {
    const { nodes } = this.database;
    const known = nodes.get(this.node.id);
    if (known) nodes.set(this.node.id, { ...known, stoppedAt: this.database.now() });
  }

  private row(): NodeRow {
    const now = this.database.now();
    return { ...this.node, startedAt: now, heartbeatAt: now, stoppedAt: null };
  }
}
