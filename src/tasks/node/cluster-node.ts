import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Declarations } from './declarations.js';
import { Clock } from '../domain/clock.js';
import { tasksEvent } from '../domain/events.js';
import { logWith } from '../domain/log.js';
import { within } from '../domain/within.js';
import { FIRE_EVENTS } from '../engine/heard-fires.js';
import { HostRunner } from './host-runner.js';
import { EngineNews } from './engine-news.js';
import { NodeStatus } from './node-status.js';
import { makeEngine, type EngineSurroundings } from './make-engine.js';
import { reachPostgres } from './reach-postgres.js';
import { TaskRegistry } from '../registry/task-registry.js';
import { ClockShift } from '../store/postgres/database-time.js';
import { ClusterStore } from '../store/cluster-store.js';
import { JobStore } from '../store/job-store.js';
import type { NodeIdentity } from '../store/node-roster.js';
import { askForStarts } from './start-runs.js';
import { FirstReach } from './first-reach.js';
import { nodeIdentity } from './node-identity.js';
import { TasksDatabase } from '../store/postgres/tasks-database.js';
import { TasksEventBus } from '../service/task-events.js';
import { TasksOptions } from '../tasks.options.js';
import type { EngineHandle } from '../thread/engine-handle.js';
import { TasksLogger } from './tasks-logger.js';

/** How long the end of work waits for claims and fires in flight and for the resignation. */
const RETIRE_MS = 2_000;

/** How long it waits for the last outcomes to be written and the cluster to be told. */
const CLOSE_MS = 5_000;

/** How long it waits for what goes on after its connection was let go. */
const DROPPED_MS = 500;

/**
 * This process as a node of the cluster: what it takes to begin work, in order, and to end it.
 *
 *   reach the database ─▶ migrate ─▶ register ─▶ declare jobs ─▶ engine at work
 *
 * None of it is awaited by the application's start: the database may be away for as long as it
 * likes. The end is bounded all the same, in whatever stage it comes: once it has waited for long
 * enough it lets every connection of the node go, and what waits for an answer fails.
 */
@Injectable()
export class ClusterNode {
  protected readonly logger = new TasksLogger('Tasks');
  private readonly nodeLog = logWith(this.logger, () => ({ nodeId: this.status.id }));
  private readonly news: EngineNews;
  private engine: EngineHandle | null = null;
  private opening: EngineHandle | null = null;
  private unfollow = (): void => undefined;
  private hasEnded = false;
  private made: HostRunner | null = null;
  /** False in a test: its clock is moved by hand, and the process is none of the node's business. */
  readonly ownsProcess: boolean = true;

  constructor(
    protected readonly options: TasksOptions,
    private readonly status: NodeStatus,
    private readonly registry: TaskRegistry,
    private readonly declarations: Declarations,
    private readonly jobs: JobStore,
    private readonly database: TasksDatabase,
    private readonly shift: ClockShift,
    protected readonly clock: Clock,
    private readonly events: TasksEventBus,
    private readonly modules: ModuleRef,
  ) {
    this.news = new EngineNews(status, declarations, events, clock);
    const reach = (signal: AbortSignal) =>
      reachPostgres({ options, status, database, log: this.logger }, signal);
    void new FirstReach(database, clock, options.startTimeoutMs, this.logger, reach);
    status.id = randomUUID();
    status.name = options.nodeName ?? hostname();
    status.roles = options.roles;
    status.version = options.version;
  }

  /**
   * Begins work. Rejects with the reason when that is not possible now; it can be called again.
   *
   * @param signal ends it, in whatever it waits for
   */
  async begin(signal: AbortSignal): Promise<void> {
    const drop = () => {
      this.database.connections.drop();
      this.opening?.drop();
    };
    signal.addEventListener('abort', drop);
    try {
      await this.beginUntil(signal);
    } finally {
      signal.removeEventListener('abort', drop);
      // The end may have come, and not have waited for this.
      if (signal.aborted) await this.closeStore();
    }
  }

  private async beginUntil(signal: AbortSignal): Promise<void> {
    const { roles } = this.options;
    // The cluster has said good-bye to the node that this was.
    if (this.hasEnded) this.status.id = randomUUID();
    this.hasEnded = false;
    const vitals = () => ({ loopLagMs: this.host.takeLag(), blocked: null });
    const node = nodeIdentity(this.status, this.options, this.declarations, vitals);
    const engine = await this.makeEngine(node, signal);
    this.opening = engine;
    try {
      if (roles.includes('worker')) await this.host.check();
      signal.throwIfAborted();
      await engine.open();
      await this.declarations.declare(this.status.id);
      signal.throwIfAborted();
    } catch (error) {
      await within(this.clock, CLOSE_MS, engine.close());
      throw error;
    } finally {
      this.opening = null;
    }
    this.engine = engine;
    engine.start();
    engine.post({ type: 'tasks', tasks: this.registry.runnable() });
    this.host.start(!engine.watchesMain);
    this.host.runner.attach((message) => this.engine?.post(message));
    this.unfollow = this.events.follow(FIRE_EVENTS, (rows) =>
      this.engine?.post({ type: 'listen', rows }),
    );
    this.status.trouble = () => this.engine?.trouble() ?? null;
    this.status.running = true;
    this.status.notReady = null;
    if (roles.includes('worker'))
      void askForStarts(this.registry, this.jobs, this.status.id, this.nodeLog);
    this.events.emit(tasksEvent('node.started', this.clock.now(), { nodeId: this.status.id }));
  }

  /** Declares what was found since the node has begun; before that, its beginning will. */
  async declareLate(): Promise<void> {
    if (!this.engine || !this.options.roles.includes('worker')) return;
    if (!(await this.declarations.declareNew(this.status.id))) return;
    this.engine?.advertise(this.declarations.advertised);
    this.engine?.post({ type: 'tasks', tasks: this.registry.runnable() });
  }

  /**
   * Ends work: begins nothing new, lets runs end within the grace, writes what became of them. It takes
   * ten seconds more than the grace at most, whatever the database does.
   */
  async end(): Promise<void> {
    const { engine } = this;
    this.status.running = false;
    this.status.notReady = 'stopping';
    const nodeId = this.status.id;
    this.events.emit(tasksEvent('node.stopping', this.clock.now(), { nodeId }));
    this.unfollow();
    if (engine) {
      await within(this.clock, RETIRE_MS, engine.retire());
      await this.host.stop(this.options.shutdownGraceMs);
      await this.orDropped(CLOSE_MS, engine.close());
    }
    this.engine = null;
    await this.orDropped(DROPPED_MS, this.closeStore());
    // What a loop has opened since to say its last.
    this.database.connections.drop();
    this.events.emit(tasksEvent('node.stopped', this.clock.now(), { nodeId }));
    this.hasEnded = true;
  }

  /** Reaches the database and brings it up to date; the test kit has another one. */
  protected async makeEngine(node: NodeIdentity, signal: AbortSignal): Promise<EngineHandle> {
    const { options, status, database, shift, clock, nodeLog: log } = this;
    const reached = await reachPostgres({ options, status, database, log: this.logger }, signal);
    const { connections } = database;
    const around = { node, shift, clock, log, connections };
    return makeEngine(options, reached, { ...around, ...this.surroundings() });
  }

  /** What an engine of this node has to do with. */
  protected surroundings(): EngineSurroundings {
    return {
      hear: (message) => this.news.hear(message, this.host.runner),
      holding: () => this.host.runner.holding(),
      runner: this.host.runner,
      tellSlots: () => this.host.runner.tellSlots(),
    };
  }

  protected async closeStore(): Promise<void> {
    await this.database.close('the node stops');
  }

  /** What is not done by then is not waited for: without its connections it fails. */
  private async orDropped(ms: number, ending: Promise<void>): Promise<void> {
    if (await within(this.clock, ms, ending)) return;
    this.database.connections.drop();
    this.engine?.drop();
    await within(this.clock, DROPPED_MS, ending);
  }

  /** Whose request it was is in the audit; where it came from, too. */
  private async requestOf(runId: string): Promise<string | null> {
    const cluster = this.modules.get(ClusterStore, { strict: false });
    const details = (await cluster.requests([runId])).get(runId)?.details;
    return (details as { readonly traceparent?: string } | null)?.traceparent ?? null;
  }

  /** Made when it is needed: in local mode it never is. */
  private get host(): HostRunner {
    this.made ??= new HostRunner({
      options: this.options,
      registry: this.registry,
      node: this.status,
      database: this.database,
      shift: this.shift,
      clock: this.clock,
      log: this.nodeLog,
      emit: (event) => this.events.emit(event),
      watchesLoop: this.ownsProcess,
      requestOf: (runId) => this.requestOf(runId),
      find: (token) => this.modules.get(token, { strict: false }),
    });
    return this.made;
  }
}
