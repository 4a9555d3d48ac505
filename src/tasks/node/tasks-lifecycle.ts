import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { ClusterNode } from './cluster-node.js';
import { Declarations } from './declarations.js';
import { Clock } from '../domain/clock.js';
import { NotInLocalModeError, WrongStateError } from '../domain/errors.js';
import { within } from '../domain/within.js';
import { LocalNode } from '../local/local-node.js';
import { NodeStatus } from './node-status.js';
import { StartNotes } from './start-notes.js';
import { NodeSwitch } from '../service/node-switch.js';
import { allMade } from './all-made.js';
import { isInFirstModule } from './one-module.js';
import { TaskRegistry } from '../registry/task-registry.js';
import { ScheduleNeutraliser } from '../registry/schedule-neutraliser.js';
import { SchedulerFacade } from '../registry/scheduler-facade.js';
import { TaskExplorer } from '../registry/task-explorer.js';
import { NodeTimers } from '../runner/node-timers.js';
import { TasksEventBus } from '../service/task-events.js';
import { TasksOptions } from '../tasks.options.js';
import { TasksLogger } from './tasks-logger.js';

const FIRST_RETRY_MS = 200;
const MAX_RETRY_MS = 5_000;

/** How long a stop waits for a beginning that was told to end. */
const BEGINNING_ENDS_MS = 1_000;

/**
 * When what happens in the life of the application: methods are found when all modules are made, work
 * begins after the last of them has been set up, and ends before the first of them is torn down.
 */
@Injectable()
export class TasksLifecycle
  extends NodeSwitch
  implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown
{
  private readonly logger = new TasksLogger('Tasks');
  private stopping = new AbortController();
  private beginning: Promise<void> | null = null;
  private ending: Promise<void> | null = null;
  /** The application itself ends: nothing is begun any more. */
  private closed = false;
  private explored = false;
  private readonly notes: StartNotes;
  /** Who waits for the node to be at work. */
  private readonly waiting: {
    readonly resolve: () => void;
    readonly reject: (error: Error) => void;
  }[] = [];

  constructor(
    private readonly node: ClusterNode,
    private readonly status: NodeStatus,
    private readonly explorer: TaskExplorer,
    private readonly neutraliser: ScheduleNeutraliser,
    registry: TaskRegistry,
    private readonly declarations: Declarations,
    private readonly clock: Clock,
    private readonly options: TasksOptions,
    private readonly timers: NodeTimers,
    private readonly events: TasksEventBus,
    private readonly local: LocalNode,
    private readonly scheduler: SchedulerFacade,
    private readonly modules: ModulesContainer,
  ) {
    super();
    this.notes = new StartNotes(registry, this.logger);
    beLastToBootstrap(modules);
  }

  onModuleInit(): void {
    if (isInFirstModule(this.modules, TasksLifecycle, this) && !this.explored) this.find();
  }

  explore(): void {
    // In a factory of the host there is nothing to be found yet.
    if (this.explored || !allMade(this.modules)) return;
    // One that is not the first is a door to it from here on.
    isInFirstModule(this.modules, TasksLifecycle, this);
    if (!this.explored) this.find();
  }

  private find(): void {
    this.explored = true;
    this.neutraliser.neutralise();
    this.explorer.explore();
    this.declarations.check();
    if (this.isLocal) {
      this.local.attach();
      this.local.prepare();
      return;
    }
    this.scheduler.attach(() => this.node.declareLate());
  }

  /** Not awaited: the application serves its health checks while the database is away. */
  onApplicationBootstrap(): void {
    if (this.isLocal) {
      this.local.start();
      return this.tellReady();
    }
    this.beginning ??= this.begin();
  }

  onModuleDestroy(): Promise<void> {
    return this.close();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.close();
    this.events.close();
  }

  async ready(): Promise<void> {
    if (this.status.running) return;
    if (this.closed) throw closing();
    const { startTimeoutMs } = this.options;
    const begun = new Promise<void>((resolve, reject) => {
      this.waiting.push({ resolve, reject });
    });
    if (await within(this.clock, startTimeoutMs, begun)) return;
    throw new WrongStateError(
      `This node has not begun within ${startTimeoutMs} ms (${this.status.notReady ?? 'no reason is known'}). ` +
        'It begins once every onModuleInit and onApplicationBootstrap has ended: do not await ready() in one.',
    );
  }

  get hasBegun(): boolean {
    return this.ending === null && !this.closed;
  }

  start(): void {
    if (this.closed) throw closing();
    if (this.ending === null) {
      throw new WrongStateError('The node has started already, or is about to: see /health/ready.');
    }
    if (this.isLocal) throw new NotInLocalModeError('A new start of the node');
    const ended = this.ending;
    this.stopping = new AbortController();
    this.ending = null;
    this.beginning = ended.then(() => this.begin());
  }

  async shutdown({ wait = true }: { readonly wait?: boolean } = {}): Promise<void> {
    if (this.ending !== null) {
      throw new WrongStateError('The node does not work already. Start it with POST /start.');
    }
    const ended = this.end();
    if (wait) await ended;
  }

  private get isLocal(): boolean {
    return this.options.store === 'memory';
  }

  private async begin(): Promise<void> {
    const { signal } = this.stopping;
    const { beginsAfter } = this.options;
    if (beginsAfter && !(await cameTrue(beginsAfter, signal))) return;
    // They need no database.
    if (this.options.roles.includes('worker')) this.timers.start();
    for (let ms = FIRST_RETRY_MS; !signal.aborted;) {
      try {
        await this.node.begin(signal);
        void this.scheduler.begin();
        this.logger.log(`Node started: ${this.status.name} (${this.status.id}).`, {
          event: 'node.started',
          nodeId: this.status.id,
        });
        this.tellReady();
        this.notes.tell(this.node.ownsProcess);
        return;
      } catch (error) {
        if (signal.aborted) return;
        const reason = reasonOf(error);
        if (reason !== this.status.notReady) {
          this.logger.warn(`Not ready, trying again until it works: ${reason}`);
        }
        this.status.notReady = reason;
      }
      await this.clock.sleep(ms, signal);
      ms = Math.min(ms * 2, MAX_RETRY_MS);
    }
  }

  private tellReady(): void {
    for (const { resolve } of this.waiting.splice(0)) resolve();
  }

  private close(): Promise<void> {
    this.closed = true;
    for (const { reject } of this.waiting.splice(0)) reject(closing());
    this.scheduler.close();
    return this.end();
  }

  private end(): Promise<void> {
    this.stopping.abort();
    if (this.isLocal) return (this.ending ??= this.local.stop());
    this.ending ??= this.stop();
    return this.ending;
  }

  private async stop(): Promise<void> {
    const drained = this.timers.drain(this.options.shutdownGraceMs);
    // What it waits for may never come, such as a `prepare` of the host. It then begins nothing more.
    if (this.beginning) await within(this.clock, BEGINNING_ENDS_MS, this.beginning);
    await Promise.all([drained, this.node.end()]);
  }
}

/**
 * Nest calls the bootstrap hooks of global modules first and their destroy hooks last, so handlers
 * would run before the rest of the application is ready and after it is gone. The distance decides;
 * with this one it is the other way round.
 */
function beLastToBootstrap(modules: ModulesContainer): void {
  for (const module of modules.values()) {
    if (module.providers.has(TasksLifecycle)) module.distance = -1;
  }
}

/** Whether it came, before the signal aborted. */
function cameTrue(what: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  const came = what.then(
    () => !signal.aborted,
    () => false,
  );
  const aborted = new Promise<false>((resolve) => {
    signal.addEventListener('abort', () => resolve(false), { once: true });
  });
  return Promise.race([came, aborted]);
}

const closing = () => new WrongStateError('The application is closing. Start it anew.');

/** Several addresses of one host fail together, and the error of all has no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message || error.name : String(error);
}
