import { CronJob, type CronTime } from 'cron';
import type { Clock } from '../domain/clock.js';
import type { Job } from '../domain/job.js';
import { triggerOf } from '../triggers/parse-trigger.js';
import type { TriggerSpec } from '../triggers/trigger-spec.js';
import { specOf, TriggerTime } from './trigger-time.js';

/** What a job of the cluster can be told by the code of a host. */
export interface JobOrders {
  run(id: string): Promise<void>;
  stop(id: string): Promise<void>;
  start(id: string): Promise<void>;
  setTrigger(id: string, trigger: TriggerSpec): Promise<void>;
}

/** What is known of the stored job; before the database was reached, what its declaration says. */
export type KnownJob = Pick<Job, 'id' | 'trigger' | 'paused' | 'lastFireAt'>;

/**
 * A `CronJob` of the registry that stands for a job of the cluster. It has no timer: what it answers
 * is what this node knows of the stored job, and what it is told becomes a change of that job.
 */
export class ClusterCronJob extends CronJob {
  private known!: KnownJob;
  private orders!: JobOrders;
  private clock!: Clock;

  static for(known: KnownJob, orders: JobOrders, clock: Clock, source: unknown): ClusterCronJob {
    const nothing = () => undefined;
    const job = CronJob.from({ cronTime: '* * * * * *', onTick: nothing, name: known.id });
    return ClusterCronJob.adopt(job, known, orders, clock, source);
  }

  /** Makes the very object that a host holds stand for the job. Its timer must be off. */
  static adopt(
    job: CronJob,
    known: KnownJob,
    orders: JobOrders,
    clock: Clock,
    source: unknown,
  ): ClusterCronJob {
    const adopted = Object.setPrototypeOf(job, ClusterCronJob.prototype) as ClusterCronJob;
    Object.assign(adopted, { orders, clock });
    adopted.learn(known, source);
    return adopted;
  }

  /** The stored job is like this. */
  learn(known: KnownJob, source: unknown = this.cronTime.source): void {
    const isSame = this.cronTime instanceof TriggerTime && known.trigger === this.known.trigger;
    this.known = known;
    this.lastExecution = known.lastFireAt;
    if (isSame) return;
    const trigger = triggerOf(known.trigger, { seed: known.id });
    this.cronTime = new TriggerTime(trigger, this.clock, source, known.trigger);
  }

  override get isActive(): boolean {
    return !this.known.paused;
  }

  /** Told also when it seems to be active: somebody may have paused it since it was read. */
  override start(): void {
    this.known = { ...this.known, paused: false };
    void this.orders.start(this.known.id);
  }

  override stop(): undefined {
    this.known = { ...this.known, paused: true };
    void this.orders.stop(this.known.id);
  }

  override setTime(time: CronTime): void {
    const trigger = specOf(time);
    this.learn({ ...this.known, trigger }, time.source);
    void this.orders.setTrigger(this.known.id, trigger);
  }

  /** Resolves when the run was asked for; a node that knows the task will run it. */
  override fireOnTick(): Promise<void> {
    return this.orders.run(this.known.id);
  }
}
