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
  /** Somebody looks at the job: what is known of it may have to be read again. */
  asked(id: string): void;
  /** A handler of it goes on in this process. */
  isGoing(id: string): boolean;
  /** Resolves when the handlers that go on in this process have ended. */
  ended(id: string): Promise<void>;
}

/** What is known of the stored job; before the database was reached, what its declaration says. */
export type KnownJob = Pick<Job, 'id' | 'trigger' | 'paused' | 'lastFireAt'>;

/** How an object of the registry stands for a job. */
export interface StandsHow {
  readonly orders: JobOrders;
  readonly clock: Clock;
  /** When it fires, as the host wrote it. */
  readonly source: unknown;
  /** The host's `waitForCompletion`. */
  readonly waits: boolean;
}

/**
 * A `CronJob` of the registry that stands for a job of the cluster. It has no timer: what it answers
 * is what this node knows of the stored job, and what it is told becomes a change of that job.
 */
export class ClusterCronJob extends CronJob {
  private known!: KnownJob;
  private orders!: JobOrders;
  private clock!: Clock;
  /** The host wants it to wait for its handler. */
  private waits!: boolean;

  static for(known: KnownJob, how: StandsHow): ClusterCronJob {
    const nothing = () => undefined;
    const job = CronJob.from({ cronTime: '* * * * * *', onTick: nothing, name: known.id });
    return ClusterCronJob.adopt(job, known, how);
  }

  /** Makes the very object that a host holds stand for the job. Its timer must be off. */
  static adopt(job: CronJob, known: KnownJob, { source, ...how }: StandsHow): ClusterCronJob {
    const adopted = Object.setPrototypeOf(job, ClusterCronJob.prototype) as ClusterCronJob;
    Object.assign(adopted, how);
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
    this.orders.asked(this.known.id);
    return !this.known.paused;
  }

  override get isCallbackRunning(): boolean {
    return this.orders.isGoing(this.known.id);
  }

  override lastDate(): Date | null {
    this.orders.asked(this.known.id);
    return super.lastDate();
  }

  override nextDate(): ReturnType<CronJob['nextDate']> {
    this.orders.asked(this.known.id);
    return super.nextDate();
  }

  /** Told also when it seems to be active: somebody may have paused it since it was read. */
  override start(): void {
    this.known = { ...this.known, paused: false };
    void this.orders.start(this.known.id);
  }

  /**
   * As `CronJob` has it: with `waitForCompletion` it resolves when the handler has ended that goes on
   * here, else when the job is stopped; then `onComplete` is called.
   */
  override stop(): Promise<void> {
    this.known = { ...this.known, paused: true };
    const { id } = this.known;
    const stopped = this.orders.stop(id);
    if (!this.waits) {
      void this.complete();
      return stopped;
    }
    return stopped.then(() => this.orders.ended(id)).then(() => this.complete());
  }

  private async complete(): Promise<void> {
    try {
      await (this.onComplete as (() => unknown) | undefined)?.call(this.context);
    } catch (error) {
      console.error('[Cron] error in onComplete callback:', error);
    }
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
