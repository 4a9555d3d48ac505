import { Injectable } from '@nestjs/common';
import { NodesSilentError, UnknownTaskError } from '../domain/errors.js';
import { NodeStatus } from '../node/node-status.js';
import { payloadJsonSchema, validPayload } from '../registry/payload-schema.js';
import { TaskRegistry } from '../registry/task-registry.js';
import { ClusterStore, type NodeInfo } from '../store/cluster-store.js';
import { silentNodes } from '../store/silent-nodes.js';

/** A task and the live nodes that can run it. */
export interface TaskInfo {
  readonly name: string;
  /** Ids of nodes. */
  readonly nodes: readonly string[];
  /** JSON Schema of its payload; null where there is none, or this node does not know it. */
  readonly schema: object | null;
  /** `node`: a timer of each process, beside the ledger. */
  readonly scope: 'cluster' | 'node';
}

/** What can be run in the cluster, and what this node knows of it. */
@Injectable()
export class TaskCatalogue {
  constructor(
    private readonly registry: TaskRegistry,
    private readonly cluster: ClusterStore,
    private readonly status: NodeStatus,
  ) {}

  /** Of this node. */
  get nodeId(): string {
    return this.status.id;
  }

  /**
   * Checks that somebody can run a task. What the code of this node has is known: whoever runs jobs of
   * this code can run it.
   *
   * @throws UnknownTaskError, NodesSilentError where those that know it cannot be heard now
   */
  async checkTask(task: string): Promise<void> {
    if (this.status.notReady !== 'stopping' && this.registry.find(task) !== undefined) return;
    const nodes = await this.cluster.nodes();
    const knows = (node: NodeInfo) => node.tasks.includes(task);
    if (nodes.some((node) => node.alive && knows(node))) return;
    const { now } = await this.cluster.state();
    const silent = silentNodes(nodes, now).filter(knows);
    if (silent.length > 0) {
      throw new NodesSilentError(
        silent.map(({ name }) => name),
        `The task "${task}"`,
      );
    }
    throw new UnknownTaskError(task, tasksOf(nodes.filter(({ alive }) => alive)));
  }

  /** By name. */
  async tasks(): Promise<readonly TaskInfo[]> {
    const byName = new Map<string, string[]>();
    for (const node of await this.cluster.nodes()) {
      if (!node.alive) continue;
      for (const task of node.tasks) byName.set(task, [...(byName.get(task) ?? []), node.id]);
    }
    const shared = [...byName].map(([name, nodes]) => ({
      name,
      nodes,
      schema: payloadJsonSchema(this.registry.find(name)?.payload),
      scope: 'cluster' as const,
    }));
    return [...shared, ...this.timers()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Those of this node only: the others' are in no table. */
  private timers(): TaskInfo[] {
    const nodes = this.status.roles.includes('worker') ? [this.status.id] : [];
    const timer = { nodes, schema: null, scope: 'node' } as const;
    return this.registry.nodeTasks().map(({ name }) => ({ name, ...timer }));
  }

  /**
   * Checks a payload where this node knows the task's schema; another node checks it when it runs.
   *
   * @throws InvalidInputError
   */
  async checkPayload(task: string, payload: unknown): Promise<void> {
    const schema = this.registry.find(task)?.payload;
    if (schema) await validPayload(task, schema, payload);
  }
}

/** By name. */
const tasksOf = (nodes: readonly NodeInfo[]) =>
  [...new Set(nodes.flatMap(({ tasks }) => tasks))].sort();
