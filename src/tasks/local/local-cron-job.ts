import { CronJob, type CronTime } from 'cron';
import type { Clock } from '../domain/clock.js';
import { specOf, TriggerTime } from '../registry/trigger-time.js';
import type { JobRow } from '../store/memory/rows.js';
import { triggerOf } from '../triggers/parse-trigger.js';
import type { TriggerSpec } from '../triggers/trigger-spec.js';
import type { CodeOrders } from './code-orders.js';
import type { LocalGate } from './local-gate.js';
import type { LocalTimer } from './local-timer.js';
import { after } from './native-timers.js';

/** The options of `@Cron` that are the timer's own business. */
export interface CronJobOptions {
  readonly unrefTimeout: boolean;
  readonly waitForCompletion: boolean;
  readonly threshold: number | undefined;
}

const PLAIN: CronJobOptions = {
  unrefTimeout: false,
  waitForCompletion: false,
  threshold: undefined,
};

/** Whom a timer rings at, and whom it tells what the host's code wants. */
export interface TimerBells {
  readonly gate: LocalGate;
  readonly orders: CodeOrders;
  readonly clock: Clock;
}

/**
 * The `CronJob` that the registry holds: the real one with its real timer. Its instants come from the
 * job's trigger, and its ticks go through the gate, also those that somebody asks for with
 * `fireOnTick()`.
 */
export class LocalCronJob extends CronJob implements LocalTimer {
  private id!: string;
  private bells!: TimerBells;
  private trigger!: TriggerSpec;
  /** What `lastDate` was at the last tick: the timer sets it, `fireOnTick` does not. */
  private noted: Date | null = null;
  private silent = false;
  private delay: NodeJS.Timeout | null = null;

  static for(
    job: JobRow,
    bells: TimerBells,
    source: unknown,
    { unrefTimeout, waitForCompletion, threshold }: CronJobOptions = PLAIN,
  ): LocalCronJob {
    const tick = function (this: unknown) {
      return (this as LocalCronJob).tick();
    };
    const made = new LocalCronJob(
      '* * * * * *',
      tick,
      null,
      false,
      null,
      null,
      false,
      null,
      unrefTimeout,
      waitForCompletion,
      null,
      job.id,
      threshold ?? null,
    );
    Object.assign(made, { id: job.id, bells });
    made.tellTime(job, source);
    return made;
  }

  /** Not when there is no fire time left. A job that code has switched off is switched on by it. */
  override start(): void {
    const { orders, clock } = this.bells;
    if (this.delay) orders.postpone(this.id, clock.now());
    this.endDelay();
    if (!this.silent) orders.start(this.id);
    if (this.isDue && this.nextTime() !== null) super.start();
  }

  /** Not if it was deleted or stopped meanwhile: that ends the wait. */
  startAfter(ms: number): void {
    const { orders, clock } = this.bells;
    orders.postpone(this.id, new Date(clock.now().getTime() + ms));
    this.delay = after(ms, () => this.start());
  }

  override stop(): Promise<void> | undefined {
    if ((this.isActive || this.delay) && !this.silent) this.bells.orders.stop(this.id);
    this.endDelay();
    return super.stop();
  }

  override setTime(time: CronTime): void {
    this.bells.orders.setTrigger(this.id, specOf(time));
    this.cronTime.source = time.source;
  }

  override fireOnTick(): Promise<void> {
    if (!this.waitForCompletion || !this.isCallbackRunning) return super.fireOnTick();
    void this.bells.gate.ring(this.id, true);
    return Promise.resolve();
  }

  follow(job: JobRow): true {
    const isRetimed = job.trigger !== this.trigger;
    if (isRetimed) this.tellTime(job, undefined);
    this.quietly(() => {
      if (this.isActive && (isRetimed || !this.isDue)) void super.stop();
      if (!this.isDue) this.endDelay();
      else if (!this.isActive && !this.delay && this.nextTime() !== null) super.start();
    });
    return true;
  }

  end(): void {
    this.endDelay();
    this.quietly(() => void super.stop());
  }

  private tick(): Promise<void> | undefined {
    const { gate, orders } = this.bells;
    const byTimer = this.lastExecution !== this.noted;
    this.noted = this.lastExecution;
    if (!byTimer) {
      const run = orders.run(this.id);
      return run ? gate.endOf([run]) : undefined;
    }
    const ended = gate.ring(this.id);
    if (!this.isDue) this.end();
    return ended;
  }

  /** It is to be fired again. */
  private get isDue(): boolean {
    return (this.bells.orders.job(this.id)?.nextFireAt ?? null) !== null;
  }

  private tellTime(job: JobRow, source: unknown): void {
    this.trigger = job.trigger;
    const trigger = triggerOf(job.trigger, { seed: job.id });
    this.cronTime = new TriggerTime(trigger, this.bells.clock, source, job.trigger);
  }

  private nextTime(): Date | null {
    return this.cronTime instanceof TriggerTime ? this.cronTime.upcoming() : null;
  }

  private endDelay(): void {
    if (this.delay) clearTimeout(this.delay);
    this.delay = null;
  }

  /** What happens in `body` is not the host's wish to stop or start the job. */
  private quietly(body: () => void): void {
    this.silent = true;
    try {
      body();
    } finally {
      this.silent = false;
    }
  }
}
