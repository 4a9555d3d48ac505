import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Declarations } from './declarations.js';
import { Clock } from '../domain/clock.js';
import { tasksEvent } from '../domain/events.js';
import { logWith } from '../domain/log.js';
import { within } from '../domain/within.js';
import { Engine } from '../engine/engine.js';
import { FIRE_EVENTS } from '../engine/heard-fires.js';
import type { ToRunner } from '../engine/messages.js';
import { HostRunner } from './host-runner.js';
import { NodeEvents } from './node-events.js';
import { NodeStatus } from './node-status.js';
import { openPostgres, reachPostgres } from './open-postgres.js';
import { TaskRegistry } from '../registry/task-registry.js';
import type { EngineStore } from '../store/engine-store.js';
import { ClockShift } from '../store/postgres/database-time.js';
import { JobStore } from '../store/job-store.js';
import type { NodeIdentity } from '../store/postgres/session/engine-options.js';
import { askForStarts } from './start-runs.js';
import { FirstReach } from './first-reach.js';
import { nodeIdentity } from './node-identity.js';
import { TasksDatabase } from '../store/postgres/tasks-database.js';
import { TasksEventBus } from '../service/task-events.js';
import { TasksOptions } from '../tasks.options.js';
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
  private readonly engineEvents: NodeEvents;
  private engine: Engine | null = null;
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
    private readonly clock: Clock,
    private readonly events: TasksEventBus,
    private readonly modules: ModuleRef,
  ) {
    this.engineEvents = new NodeEvents(() => status.id);
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
    const drop = () => this.database.connections.drop();
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
    const { leaseMs, heartbeatMs, deadAfterMs, roles } = this.options;
    // The cluster has said good-bye to the node that this was.
    if (this.hasEnded) this.status.id = randomUUID();
    this.hasEnded = false;
    const opened = await this.openStore(
      nodeIdentity(this.status, this.options, this.declarations),
      signal,
    );
    let store = opened;
    try {
      store = this.options.intercept(opened);
      if (roles.includes('worker')) await this.host.check();
      signal.throwIfAborted();
      await store.roster.register();
      await this.declarations.declare(this.status.id);
      signal.throwIfAborted();
    } catch (error) {
      await within(this.clock, CLOSE_MS, store.close());
      throw error;
    }
    const tasks = this.registry.runnable();
    this.engine = new Engine(
      { roles, tasks, leaseMs, heartbeatMs, deadAfterMs },
      store,
      this.clock,
      this.nodeLog,
      (message) => this.hear(message),
    );
    this.engine.start();
    this.host.start();
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
  protected async openStore(node: NodeIdentity, signal: AbortSignal): Promise<EngineStore> {
    const { options, status, database, shift, clock, logger: log } = this;
    return openPostgres({ options, status, node, database, shift, clock, log }, signal);
  }

  protected async closeStore(): Promise<void> {
    await this.database.close('the node stops');
  }

  /** What is not done by then is not waited for: without its connections it fails. */
  private async orDropped(ms: number, ending: Promise<void>): Promise<void> {
    if (await within(this.clock, ms, ending)) return;
    this.database.connections.drop();
    await within(this.clock, DROPPED_MS, ending);
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
      find: (token) => this.modules.get(token, { strict: false }),
    });
    return this.made;
  }

  private hear(message: ToRunner): void {
    const event = this.engineEvents.of(message, this.clock.now());
    if (event) this.events.emit(event);
    switch (message.type) {
      case 'leads':
        this.status.isLeader = message.leads;
        return;
      case 'database':
        return this.tellDatabase(message.unreachable);
      case 'unknown-tasks':
        return this.tellUnknown(message.tasks);
      case 'adopt':
        void this.declarations.adopt(message.jobs, this.status.id).catch((error: unknown) => {
          this.logger.error('The declarations of this node could not be brought back.', error);
        });
        return;
      default:
        return this.host.runner.handle(message);
    }
  }

  private tellDatabase(unreachable: string | null): void {
    if (!this.status.running) return;
    this.status.notReady = unreachable && `the database does not answer: ${unreachable}`;
  }

  private tellUnknown(tasks: readonly string[]): void {
    this.status.unknownTasks = tasks;
    if (tasks.length === 0)
      this.logger.log('Every task of an active job is known to a live worker.');
    else {
      this.logger.warn(
        `No live worker knows ${tasks.join(', ')}: runs of these tasks wait. Start a node whose code ` +
          `has them, or remove their jobs.`,
      );
    }
  }
}
