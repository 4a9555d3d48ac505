import { Injectable } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import type { CronJob } from 'cron';
import { Clock } from '../domain/clock.js';
import type { Job } from '../domain/job.js';
import type { TriggerSpec } from '../triggers/trigger-spec.js';
import { ClusterStore } from '../store/cluster-store.js';
import { JobStore } from '../store/job-store.js';
import type { DeclaredJob } from '../domain/declared-job.js';
import { handleOf } from './cluster-handle.js';
import { ClusterCronJob, type JobOrders, type KnownJob } from './cluster-cron-job.js';
import { isPausedByCode, isStopOver, STOPPED_BY_CODE } from './code-pause.js';
import { stepWarnings } from './step-warnings.js';
import { quiet, taskOfCronJob } from './host-cron-job.js';
import { watchRegistry, type RegistryDoors, type RegistryWatcher } from './registry-doors.js';
import { TaskRegistry, type RegisteredTask } from './task-registry.js';
import { TasksLogger } from '../node/tasks-logger.js';

/** What it knows of a job may be so old when somebody asks, in ms; it is read again then. */
const FRESH_MS = 1_000;

/** After a failure, in ms. */
const AGAIN_MS = 2_000;

const BY_CODE = { actor: 'code' } as const;

/**
 * `SchedulerRegistry` in a cluster: it shows the stored jobs and changes them.
 *
 * - What is shown is what this node knows: read when the node begins, after each change made here, and
 *   in the background whenever somebody asks for a job that was read over a second ago. So an answer
 *   may be as old as the question before it.
 * - `stop()` pauses a job as `stopped by code`, which `start()` ends, and which ends by itself once no
 *   process is left that was there. What an operator has paused, code does not start.
 * - `setTime()` gives a job another time until the next cold start of the cluster. The time that an
 *   operator has given it stays.
 * - Nest deletes every entry when the application closes; that is no wish to stop the cluster's jobs.
 * - Handles of intervals and timeouts that a host adds are timers of its process and stay so.
 */
@Injectable()
export class SchedulerFacade implements JobOrders, RegistryWatcher {
  private readonly logger = new TasksLogger('Tasks');
  private readonly shown = new Map<string, ClusterCronJob>();
  /** Names of intervals and timeouts that stand for jobs of the cluster. */
  private readonly handles = new Set<string>();
  private readonly readAt = new Map<string, number>();
  private doors: RegistryDoors | null = null;
  private declareLate: () => Promise<void> = () => Promise.resolve();
  private working = false;
  private closing = false;
  private toldStop = false;
  private begun: () => void = () => undefined;
  /** Orders wait for the node to begin, and for each other: a job is declared before it is started. */
  private orders = new Promise<void>((resolve) => {
    this.begun = resolve;
  });

  constructor(
    private readonly scheduler: SchedulerRegistry,
    private readonly tasks: TaskRegistry,
    private readonly jobs: JobStore,
    private readonly cluster: ClusterStore,
    private readonly clock: Clock,
  ) {}

  /** @param declareLate brings what was registered since the start into the store */
  attach(declareLate: () => Promise<void>): void {
    this.declareLate = declareLate;
    const added = [...this.scheduler.getCronJobs()];
    this.doors = watchRegistry(this.scheduler, this);
    for (const [name, job] of added) this.cronJobAdded(name, job);
    this.showDeclared();
  }

  /** Puts jobs that were declared since into the registry. */
  showDeclared(): void {
    for (const task of this.tasks.all()) this.show(task);
  }

  /** The jobs are in the store: from now on it is asked, and told. Never rejects. */
  async begin(): Promise<void> {
    while (!this.closing && !this.working) {
      try {
        await this.readAll();
        this.working = true;
        this.begun();
      } catch {
        // The engine tells of a database that is away; this follows when it is back.
        await this.clock.sleep(AGAIN_MS);
      }
    }
  }

  /** Whatever is stopped from now on is stopped by the end of the application. */
  close(): void {
    this.closing = true;
    this.begun();
  }

  async run(id: string): Promise<void> {
    await this.order(id, () => this.jobs.runNow(id, {}, BY_CODE));
  }

  async stop(id: string): Promise<void> {
    await this.order(id, async () => {
      const job = await this.jobs.get(id);
      if (job?.paused) return;
      await this.jobs.pause(id, { reason: STOPPED_BY_CODE, until: null }, BY_CODE);
      this.tellStop(id);
    });
  }

  async start(id: string): Promise<void> {
    await this.order(id, async () => {
      // What is disabled here is run here from now on.
      if (this.tasks.enable(id)) await this.declareLate();
      const job = await this.jobs.get(id);
      if (!job?.paused) return;
      if (isPausedByCode(job)) await this.jobs.resume(id, 'skip', BY_CODE);
      else this.logger.warn(`Code cannot start "${id}": somebody has paused it. Resume it there.`);
    });
  }

  async setTrigger(id: string, trigger: TriggerSpec): Promise<void> {
    await this.order(id, async () => {
      const { overridden } = await this.jobs.retime(id, trigger, BY_CODE);
      if (!overridden.includes('trigger')) return;
      this.logger.warn(
        `Code cannot set the time of "${id}": somebody has overridden its trigger. Reset the job ` +
          'to take that back.',
      );
    });
  }

  private tellStop(id: string): void {
    if (this.toldStop) return;
    this.toldStop = true;
    this.logger.warn(
      `Code has stopped "${id}" by CronJob.stop(): that pauses it in the whole cluster, until code ` +
        'starts it or every process has been replaced. To keep a job from one process only, give its ' +
        'decorator "disabled" there, or leave "worker" out of the roles of that process.',
    );
  }

  /** Never rejects: those who call methods of a `CronJob` await nothing. */
  private order(id: string, change: () => Promise<unknown>): Promise<void> {
    this.orders = this.orders.then(async () => {
      if (this.closing) return;
      try {
        await change();
        await this.refresh(id);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.logger.error(`"${id}" could not be told what code wants of it: ${reason}`);
      }
    });
    return this.orders;
  }

  private async readAll(): Promise<void> {
    const nodes = await this.cluster.nodes();
    for (const id of [...this.shown.keys(), ...this.handles]) {
      const job = await this.jobs.get(id);
      if (job === null) await this.declareLate();
      else if (isStopOver(job, nodes)) await this.jobs.resume(id, 'skip', BY_CODE);
      await this.refresh(id);
    }
  }

  private show({ job, stock }: RegisteredTask): void {
    if (!job || !stock || this.scheduler.doesExist(stock.kind, job.id)) return;
    if (stock.kind !== 'cron') {
      this.handles.add(job.id);
      const cleared = () => this.handleDeleted(job.id);
      return this.doors?.putHandle(stock.kind, job.id, handleOf(cleared));
    }
    const { cronTime: source, waitForCompletion } = stock.options;
    const how = { orders: this, clock: this.clock, source, waits: waitForCompletion === true };
    const shown = ClusterCronJob.for(knownOf(job), how);
    this.shown.set(job.id, shown);
    this.doors?.putCronJob(job.id, shown);
  }

  /** One of a name that was deleted takes its place: a host gives a job another time in this way. */
  cronJobAdded(name: string, job: CronJob): void {
    const { waitForCompletion: waits, isActive } = job;
    const task = taskOfCronJob(name, job);
    const again = this.shown.has(name);
    if (again) this.tasks.replace(task);
    else this.tasks.register(task);
    quiet(job);
    const how = { orders: this, clock: this.clock, source: job.cronTime.source, waits };
    this.shown.set(name, ClusterCronJob.adopt(job, knownOf(task.job), how));
    for (const warning of stepWarnings(job.cronTime.source, `the CronJob "${name}"`))
      this.logger.warn(warning);
    void this.order(name, () => this.declareLate());
    if (again && isActive) void this.start(name);
  }

  cronJobAsked(id: string): void {
    this.asked(id);
  }

  isGoing(id: string): boolean {
    return this.tasks.calls.has(id);
  }

  ended(id: string): Promise<void> {
    return this.tasks.calls.ended(id);
  }

  asked(id: string): void {
    const age = this.clock.monotonic() - (this.readAt.get(id) ?? -Infinity);
    if (!this.working || this.closing || age < FRESH_MS || !this.shown.has(id)) return;
    this.readAt.set(id, this.clock.monotonic());
    void this.order(id, () => Promise.resolve());
  }

  handleAdded(kind: string, name: string): void {
    this.logger.log(
      `The ${kind} "${name}" was added by code: it is a timer of this process alone. Decorate a ` +
        `method, or add a job, for one of the whole cluster.`,
    );
  }

  handleDeleted(name: string): void {
    if (this.handles.delete(name)) void this.stop(name);
  }

  /** Other nodes may run what is not active on this one. */
  private seenHere(job: Job): KnownJob {
    return this.tasks.find(job.id)?.job?.disabled ? { ...job, paused: true } : job;
  }

  private async refresh(id: string): Promise<void> {
    this.readAt.set(id, this.clock.monotonic());
    const job = await this.jobs.get(id);
    if (job) this.shown.get(id)?.learn(this.seenHere(job));
  }
}

function knownOf({ id, trigger, paused, disabled }: DeclaredJob): KnownJob {
  // A job for each start is no cron job, and is not shown as one.
  return { id, trigger: trigger as TriggerSpec, paused: paused || disabled, lastFireAt: null };
}
