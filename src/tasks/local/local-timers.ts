import type { SchedulerRegistry } from '@nestjs/schedule';
import type { TaskRegistry } from '../registry/task-registry.js';
import type { StockDeclaration } from '../registry/stock-declaration.js';
import type { JobRow } from '../store/memory/rows.js';
import { periodMs } from '../triggers/trigger-spec.js';
import { intervalTimer, timeoutTimer } from './handle-timers.js';
import { LocalCronJob, type TimerBells } from './local-cron-job.js';
import type { LocalTimer } from './local-timer.js';

interface Mounted {
  readonly timer: LocalTimer;
  readonly revision: number;
}

/**
 * The timers of all jobs, in the registry as `@nestjs/schedule` puts them there. A job that was added
 * gets one; one that was changed, paused or resumed tells its own; that of a removed one ends.
 */
export class LocalTimers {
  private readonly mounted = new Map<string, Mounted>();

  /** @param ours told of each cron job that goes through the gate by itself */
  constructor(
    private readonly bells: TimerBells,
    private readonly tasks: TaskRegistry,
    private readonly scheduler: SchedulerRegistry,
    private readonly ours: (job: LocalCronJob) => void,
  ) {}

  /** Brings them in line with the jobs. */
  follow(): void {
    const { jobs } = this.bells.gate.database;
    for (const id of this.mounted.keys()) if (!jobs.has(id)) this.unmount(id);
    for (const job of jobs.values()) this.followOne(job);
  }

  endAll(): void {
    for (const id of this.mounted.keys()) this.unmount(id);
  }

  private followOne(job: JobRow): void {
    const known = this.mounted.get(job.id);
    const { revision } = job;
    if (known?.revision === revision) return;
    if (known?.timer.follow(job)) {
      this.mounted.set(job.id, { ...known, revision });
      return;
    }
    if (known) this.unmount(job.id);
    const stock = known || job.origin !== 'declared' ? undefined : this.tasks.find(job.id)?.stock;
    this.mounted.set(job.id, { timer: this.mount(job, stock), revision });
  }

  private mount(job: JobRow, stock: StockDeclaration | undefined): LocalTimer {
    const { gate, clock } = this.bells;
    const ms = msUntil(job, clock.now());
    const { type } = job.trigger;
    if (stock?.kind === 'timeout' && type === 'date')
      return timeoutTimer(job, ms, gate, this.scheduler);
    if (stock?.kind === 'interval' && type === 'interval' && periodMs(job.trigger) === ms)
      return intervalTimer(job, ms, gate, this.scheduler);
    return this.mountCron(job, stock?.options ?? {});
  }

  private mountCron(job: JobRow, options: StockDeclaration['options']): LocalTimer {
    const { cronTime, unrefTimeout, waitForCompletion, threshold, initialDelay } = options;
    const timer = LocalCronJob.for(job, this.bells, cronTime, {
      unrefTimeout: unrefTimeout === true,
      waitForCompletion: waitForCompletion === true,
      threshold: typeof threshold === 'number' ? threshold : undefined,
    });
    this.ours(timer);
    this.scheduler.addCronJob(job.id, timer);
    const delays = typeof initialDelay === 'number' && initialDelay > 0 && !job.paused;
    if (delays) timer.startAfter(initialDelay);
    else timer.follow(job);
    return timer;
  }

  private unmount(id: string): void {
    const timer = this.mounted.get(id)?.timer;
    this.mounted.delete(id);
    timer?.end();
    if (timer instanceof LocalCronJob && this.scheduler.getCronJobs().get(id) === timer)
      this.scheduler.deleteCronJob(id);
  }
}

const msUntil = ({ nextFireAt }: JobRow, now: Date) =>
  nextFireAt === null ? 0 : nextFireAt.getTime() - now.getTime();
