import { Injectable } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Clock } from '../domain/clock.js';
import { NodeStatus } from '../node/node-status.js';
import { TasksLogger } from '../node/tasks-logger.js';
import type { DeclaredJob } from '../domain/declared-job.js';
import { advertised } from '../registry/advertised.js';
import { configuredJobs } from '../registry/configured-jobs.js';
import type { StockKind } from '../registry/decorator-contract.js';
import { defaultZone } from '../registry/default-zone.js';
import { TaskRegistry } from '../registry/task-registry.js';
import type { MemoryDatabase } from '../store/memory/database.js';
import { declareJob } from '../store/memory/jobs/declare-job.js';
import { TasksOptions } from '../tasks.options.js';
import { CodeOrders } from './code-orders.js';
import { DynamicCronJobs } from './dynamic-cron-jobs.js';
import { LocalGate } from './local-gate.js';
import { checkLocalJob } from './local-options.js';
import { LocalTimers } from './local-timers.js';
import { aTurn, atMost, isTimeFaked } from './real-time.js';

/** How long a handler whose signal was aborted may still take to end, in ms. */
const AFTER_ABORT_MS = 1_000;

/**
 * Local mode: this process alone, with the timers of the platform on a store in memory.
 *
 *   timer ──▶ LocalGate ──▶ LocalRunner ──▶ the method          all in one turn of the event loop
 *     ▲           └────────────┴──▶ store/memory ◀── the ports that users ask
 *     └────────────── LocalTimers ◀─────┘
 *
 * It is for development and for the unit tests of hosts, so it behaves as `@nestjs/schedule` does
 * wherever a test can see it: real `CronJob`s and handles in the registry, handlers called
 * synchronously, nothing left behind after a close.
 */
@Injectable()
export class LocalNode {
  readonly gate: LocalGate;
  readonly database: MemoryDatabase;
  private readonly startedAt: Date;
  private readonly orders: CodeOrders;
  private readonly timers: LocalTimers;
  private readonly dynamic: DynamicCronJobs;

  constructor(
    private readonly tasks: TaskRegistry,
    private readonly scheduler: SchedulerRegistry,
    private readonly status: NodeStatus,
    private readonly clock: Clock,
    private readonly options: TasksOptions,
  ) {
    this.startedAt = clock.now();
    const log = new TasksLogger('Tasks');
    this.gate = new LocalGate(tasks, clock, log, status);
    this.database = this.gate.database;
    this.dynamic = new DynamicCronJobs(scheduler, this.database, status);
    this.orders = new CodeOrders(this.database, (id) => this.enable(id), log);
    this.timers = new LocalTimers(
      { gate: this.gate, orders: this.orders, clock },
      tasks,
      scheduler,
      (job) => this.dynamic.ours.add(job),
    );
    this.gate.follow = () => this.timers.follow();
  }

  /** Sees the cron jobs that the host adds to the registry itself. */
  attach(): void {
    this.dynamic.attach();
  }

  /**
   * Makes what is declared known to the registry: from now on hosts find it there. Nothing is called
   * before the start.
   */
  prepare(): void {
    this.gate.hold();
    this.lead();
    this.declare();
  }

  start(): void {
    this.status.running = true;
    this.status.notReady = null;
    this.giveSign();
    this.gate.open();
    const now = this.tasks.all().flatMap(({ atNodeStart = [] }) => atNodeStart);
    for (const id of now) this.orders.run(id);
  }

  /** Starts the timers of what is declared. Safe to call again, for what was found since. */
  declare(): void {
    this.database.inOneGo(() => {
      for (const { job, source } of this.declarations()) {
        if (this.database.jobs.has(job.id)) continue;
        checkLocalJob(job, source);
        declareJob(this.database, job, this.status.id);
      }
    });
  }

  /** The store has this process as it is now. */
  giveSign(): void {
    const { id, name, version, roles, running } = this.status;
    const heartbeatAt = this.clock.now();
    const stoppedAt = running ? null : heartbeatAt;
    const known = advertised(
      this.tasks,
      this.declarations().map(({ job }) => job),
    );
    const times = { startedAt: this.startedAt, heartbeatAt, stoppedAt };
    const own = { id, name, version, roles, ...known, drain: false };
    this.database.nodes.set(id, { ...own, ...times });
  }

  /** The host has made a cron job of this name itself. */
  isCronJobOfHost(name: string): boolean {
    return !this.database.jobs.has(name) && this.scheduler.doesExist('cron', name);
  }

  /** Ends every timer, then lets handlers end within the grace. Never waits on time that stands still. */
  async stop(): Promise<void> {
    this.status.running = false;
    this.status.notReady = 'stopping';
    this.gate.close();
    this.timers.endAll();
    this.dynamic.detach();
    await this.drain();
    this.giveSign();
  }

  /** What is disabled here is run here from now on. */
  private enable(id: string): void {
    if (this.tasks.enable(id)) this.giveSign();
  }

  /** In the order in which their timers begin: handles before cron jobs, as it always was. */
  private declarations(): readonly { readonly job: DeclaredJob; readonly source: string }[] {
    const tasks = this.tasks.all();
    const ofKind = (kind: StockKind) => tasks.filter(({ stock }) => stock?.kind === kind);
    const inCode = [...ofKind('timeout'), ...ofKind('interval'), ...ofKind('cron')];
    const configured = configuredJobs(this.options.jobs, defaultZone(this.options));
    return [
      ...inCode.flatMap(({ job, source }) => (job ? [{ job, source }] : [])),
      ...this.tasks.declared().filter(({ job }) => !inCode.some((task) => task.job === job)),
      ...configured.map((job) => ({ job, source: `the configured job "${job.id}"` })),
    ];
  }

  /** Nobody contends for the lead. Each start is one of the cluster, too. */
  private lead(): void {
    this.giveSign();
    const { lock } = this.database;
    const led = { nodeId: this.status.id, acquiredAt: this.startedAt, expiresAt: Infinity };
    const generation = lock.generation + 1;
    this.database.lock = { ...lock, ...led, generation, generationAt: this.clock.now() };
  }

  private async drain(): Promise<void> {
    const { runner } = this.gate;
    if (runner.going.size === 0) return;
    const { shutdownGraceMs } = this.options;
    if (isTimeFaked()) await aTurn();
    else await atMost(shutdownGraceMs, runner.idle());
    runner.abortAll();
    if (isTimeFaked()) await aTurn();
    else await atMost(AFTER_ABORT_MS, runner.idle());
    runner.abandon();
  }
}
