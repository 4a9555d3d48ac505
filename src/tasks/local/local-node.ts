import { Injectable } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Clock } from '../domain/clock.js';
import { JobExistsError } from '../domain/errors.js';
import { NodeStatus } from '../node/node-status.js';
import { TaskRegistry } from '../registry/task-registry.js';
import { TasksOptions } from '../tasks.options.js';
import { DynamicCronJobs } from './dynamic-cron-jobs.js';
import { LocalCronJob } from './local-cron-job.js';
import { LocalGate } from './local-gate.js';
import type { LocalDefinition } from './local-job.js';
import { LocalJob } from './local-job.js';
import { LocalLedger } from './local-ledger.js';
import { checkLocalTask } from './local-options.js';
import { LocalRunner } from './local-runner.js';
import { mountDeclared } from './mount-declared.js';
import { aTurn, atMost, isTimeFaked } from './real-time.js';
import { TasksLogger } from '../node/tasks-logger.js';

/** How long a handler whose signal was aborted may still take to end, in ms. */
const AFTER_ABORT_MS = 1_000;

/**
 * Local mode: this process alone, with the timers of the platform and a ledger that it forgets.
 *
 *   timer ──▶ LocalGate ──▶ LocalRunner ──▶ the method          all in one turn of the event loop
 *                 └────────────┴──▶ LocalLedger
 *
 * It is for development and for the unit tests of hosts, so it behaves as `@nestjs/schedule` does
 * wherever a test can see it: real `CronJob`s and handles in the registry, handlers called
 * synchronously, nothing left behind after a close.
 */
@Injectable()
export class LocalNode {
  readonly jobs = new Map<string, LocalJob>();
  readonly ledger = new LocalLedger();
  readonly gate: LocalGate;
  readonly startedAt: Date;
  private readonly logger = new TasksLogger('Tasks');
  private readonly runner: LocalRunner;
  private readonly dynamic: DynamicCronJobs;

  constructor(
    readonly tasks: TaskRegistry,
    readonly scheduler: SchedulerRegistry,
    readonly status: NodeStatus,
    readonly clock: Clock,
    private readonly options: TasksOptions,
  ) {
    this.startedAt = clock.now();
    this.runner = new LocalRunner(tasks, clock, this.logger);
    this.gate = new LocalGate(this.ledger, this.runner, clock, () => status.id);
    this.dynamic = new DynamicCronJobs(scheduler, this.ledger, clock, () => status.id);
  }

  /** Sees the cron jobs that the host adds to the registry itself. */
  attach(): void {
    this.dynamic.attach();
  }

  /** Starts the timers of what the code declares. Safe to call again, for what was found since. */
  start(): void {
    for (const kind of ['timeout', 'interval', 'cron'] as const) {
      for (const task of this.tasks.all()) {
        if (!task.job || task.stock?.kind !== kind || this.jobs.has(task.job.id)) continue;
        checkLocalTask(task);
        const job = mountDeclared(task.job, task.stock, this);
        this.jobs.set(job.id, job);
      }
    }
    this.status.running = true;
    this.status.notReady = null;
  }

  /** Makes a job at run time. @throws JobExistsError */
  add(definition: LocalDefinition): LocalJob {
    const { id } = definition;
    if (this.jobs.has(id) || this.scheduler.doesExist('cron', id)) throw new JobExistsError(id);
    const job = new LocalJob(definition, this.clock.now());
    const timer = LocalCronJob.for(job, this.gate, this.clock, undefined);
    this.mount(id, timer);
    job.timer = timer;
    this.jobs.set(id, job);
    return job;
  }

  remove(job: LocalJob): void {
    for (const run of job.pending()) this.gate.cancel(job, run);
    this.unmount(job);
    this.jobs.delete(job.id);
  }

  /** Puts a job of ours into the registry, where it passes the gate already. */
  mount(name: string, timer: LocalCronJob): void {
    this.dynamic.ours.add(timer);
    this.scheduler.addCronJob(name, timer);
  }

  /** Ends every timer, then lets handlers end within the grace. Never waits on time that stands still. */
  async stop(): Promise<void> {
    this.status.running = false;
    this.status.notReady = 'stopping';
    this.gate.close(this.jobs.values());
    for (const job of this.jobs.values()) this.unmount(job);
    this.dynamic.detach();
    await this.drain();
  }

  private unmount({ id, timer }: LocalJob): void {
    timer?.stop();
    const isMounted =
      timer instanceof LocalCronJob && this.scheduler.getCronJobs().get(id) === timer;
    if (isMounted) this.scheduler.deleteCronJob(id);
  }

  private async drain(): Promise<void> {
    if (this.runner.going.size === 0) return;
    const { shutdownGraceMs } = this.options;
    if (isTimeFaked()) await aTurn();
    else await atMost(shutdownGraceMs, this.runner.idle());
    this.runner.abort();
    if (isTimeFaked()) await aTurn();
    else await atMost(AFTER_ABORT_MS, this.runner.idle());
    this.runner.abandon();
  }
}
