import type { Observable } from 'rxjs';
import type { Clock } from '../domain/clock.js';
import { NodeNotFoundError, NodesSilentError, RunNotFoundError } from '../domain/errors.js';
import {
  tasksEvent,
  type TasksEventName,
  type TasksEventOf,
  type TasksEvents,
} from '../domain/events.js';
import type { Run, RunAttempt, RunLine } from '../domain/run.js';
import type { NodeSwitch } from './node-switch.js';
import type {
  AuditQuery,
  AuditRow,
  ClusterState,
  ClusterStats,
  ClusterStore,
  LeaderInfo,
  NodeInfo,
} from '../store/cluster-store.js';
import type { Author } from '../domain/job-requests.js';
import { within } from '../domain/within.js';
import { TasksLogger } from '../node/tasks-logger.js';
import { traceparent } from '../runner/tracing/otel-api.js';
import type { ChangeOptions } from '../store/job-store.js';
import type { Page, Total } from '../store/page.js';
import type { LineQuery, RunFilter, RunQuery, RunStore } from '../store/run-store.js';
import { silentNodes } from '../store/silent-nodes.js';
import type { TaskCatalogue, TaskInfo } from './task-catalogue.js';
import type { TasksEventBus, TasksEventListener } from './task-events.js';

/** How many items a page has where nobody says. */
export const DEFAULT_LIMIT = 100;

/** How long a stop of the node waits to be written down. */
const NOTE_MS = 2_000;

/** The part of `TasksService` that is about runs, nodes and the cluster as a whole. */
export abstract class ClusterCalls {
  private readonly logger = new TasksLogger('Tasks');

  protected constructor(
    protected readonly runs: RunStore,
    protected readonly cluster: ClusterStore,
    protected readonly catalogue: TaskCatalogue,
    protected readonly node: NodeSwitch,
    private readonly bus: TasksEventBus,
    private readonly clock: Clock,
  ) {}

  /**
   * Resolves when this node is at work: its jobs are declared, and its engine runs. Calls need not wait
   * for it: one that comes before the database was reached waits by itself, for `startTimeoutMs`.
   *
   * Not to be awaited in `onModuleInit` or `onApplicationBootstrap`, after which the node begins.
   *
   * @throws WrongStateError when the application closes before, or after `startTimeoutMs`
   */
  ready(): Promise<void> {
    return this.node.ready();
  }

  /** @throws RunNotFoundError */
  async getRun(id: string): Promise<Run> {
    const run = await this.runs.get(id);
    if (run === null) throw new RunNotFoundError(id);
    return run;
  }

  getRuns(query: Partial<RunQuery> = {}): Promise<Page<Run>> {
    return this.runs.list({ limit: DEFAULT_LIMIT, ...query });
  }

  /** How many runs there are, as far as they are counted. */
  countRuns(filter: RunFilter = {}): Promise<Total> {
    return this.runs.count(filter);
  }

  /** The attempts of a run before its last. */
  getAttempts(runId: string): Promise<readonly RunAttempt[]> {
    return this.runs.attempts(runId);
  }

  /** What a run has logged. */
  getLines(runId: string, query: Partial<LineQuery> = {}): Promise<readonly RunLine[]> {
    return this.runs.lines(runId, { limit: DEFAULT_LIMIT, ...query });
  }

  /** Ends a run: at once if it has not started, else by its signal. @throws RunNotFoundError, WrongStateError */
  cancelRun(id: string, by?: ChangeOptions): Promise<Run> {
    return this.runs.cancel(id, by);
  }

  /** Runs again what a run that has ended was to do. @throws RunNotFoundError, WrongStateError, OverlappedError */
  retryRun(id: string, by?: ChangeOptions): Promise<Run> {
    return this.runs.retry(id, { traceparent: traceparent(), ...by });
  }

  /** The tasks that live nodes can run. */
  getTasks(): Promise<readonly TaskInfo[]> {
    return this.catalogue.tasks();
  }

  getNodes(): Promise<readonly NodeInfo[]> {
    return this.cluster.nodes();
  }

  getLeader(): Promise<LeaderInfo> {
    return this.cluster.leader();
  }

  getState(): Promise<ClusterState> {
    return this.cluster.state();
  }

  getStats(): Promise<ClusterStats> {
    return this.cluster.stats();
  }

  /** Who changed what, newest first. */
  getAudit(query: Partial<AuditQuery> = {}): Promise<Page<AuditRow>> {
    return this.cluster.audit({ limit: DEFAULT_LIMIT, ...query });
  }

  /**
   * Calls back for each event of this name that happens on this node, or for all of them with `*`, in
   * the order in which they happen. What the listener throws is logged and harms nobody.
   *
   * @returns ends it
   */
  on<Name extends TasksEventName | '*'>(
    name: Name,
    listener: TasksEventListener<Name>,
  ): () => void {
    return this.bus.on(name, listener);
  }

  /** The same as an observable, which completes when the node has stopped. Default: all events. */
  events<Name extends TasksEventName | '*' = '*'>(name?: Name): Observable<TasksEventOf<Name>> {
    return this.bus.events(name);
  }

  /** Stops firing and starting in the whole cluster; what is running goes on. */
  async pause(reason: string | null = null, by?: ChangeOptions): Promise<void> {
    await this.cluster.pause(reason, by);
    this.tell('cluster.paused', { reason });
  }

  /** Fires again, in the whole cluster; what was missed while paused is not made up for. */
  async resume(by?: ChangeOptions): Promise<void> {
    await this.cluster.resume(by);
    this.tell('cluster.resumed', {});
  }

  /** Takes the lead from the node that has it; any scheduler may take it then, that one too. */
  resign(by?: ChangeOptions): Promise<void> {
    return this.cluster.resign(by);
  }

  /** Lets a node take no more runs, or take them again. @throws NodeNotFoundError, NodesSilentError */
  async drain(nodeId: string, drain = true, by?: ChangeOptions): Promise<void> {
    try {
      await this.cluster.drain(nodeId, drain, by);
    } catch (error) {
      if (!(error instanceof NodeNotFoundError)) throw error;
      const [nodes, { now }] = await Promise.all([this.cluster.nodes(), this.cluster.state()]);
      const silent = silentNodes(nodes, now).find(({ id }) => id === nodeId);
      throw silent ? new NodesSilentError([silent.name], 'What was asked for') : error;
    }
  }

  /** Begins this node's work anew. @throws WrongStateError while it is at work */
  start(by?: Author): void {
    this.node.start();
    // A node that has ended has no connection to write it down with.
    void this.node.ready().then(() => this.noteNode('node.start', false, by), this.unnoted);
  }

  /** Ends this node's work; the application goes on. @throws WrongStateError when it has ended */
  async shutdown(options?: { readonly wait?: boolean }, by?: Author): Promise<void> {
    if (this.node.hasBegun) await this.noteNode('node.shutdown', true, by);
    return this.node.shutdown(options);
  }

  /** A database that is away keeps no node from what it is told to do. */
  private async noteNode(action: string, wasRunning: boolean, by?: Author): Promise<void> {
    const nodeId = this.catalogue.nodeId;
    const details = { nodeId, before: { running: wasRunning }, after: { running: !wasRunning } };
    const noted = this.cluster.note(action, details, by).catch(this.unnoted);
    await within(this.clock, NOTE_MS, noted);
  }

  private readonly unnoted = (error: unknown): void => {
    this.logger.warn(`A start or stop of this node is not in the audit: ${String(error)}`);
  };

  protected tell<Name extends TasksEventName>(name: Name, data: TasksEvents[Name]): void {
    this.bus.emit(tasksEvent(name, this.clock.now(), data));
  }
}
