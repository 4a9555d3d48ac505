import { CronJob, type CronTime } from 'cron';
import type { Clock } from '../domain/clock.js';
import { after } from './native-timers.js';
import type { LocalGate } from './local-gate.js';
import type { LocalJob, LocalTimer } from './local-job.js';
import { STOPPED_BY_CODE } from '../registry/code-pause.js';
import { specOf, TriggerTime } from '../registry/trigger-time.js';

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

/**
 * The `CronJob` that the registry holds: the real one with its real timer. Its instants come from the
 * job's trigger, and its ticks go through the gate, also those that somebody asks for with
 * `fireOnTick()`.
 */
export class LocalCronJob extends CronJob implements LocalTimer {
  private job!: LocalJob;
  private gate!: LocalGate;
  private clock!: Clock;
  /** What `lastDate` was at the last tick: the timer sets it, `fireOnTick` does not. */
  private noted: Date | null = null;
  private silent = false;
  private delay: NodeJS.Timeout | null = null;

  static for(
    job: LocalJob,
    gate: LocalGate,
    clock: Clock,
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
    return made.serve(job, gate, clock, source);
  }

  private serve(job: LocalJob, gate: LocalGate, clock: Clock, source: unknown): this {
    Object.assign(this, { job, gate, clock });
    this.cronTime = new TriggerTime(job.trigger, clock, source, job.definition.trigger);
    return this;
  }

  /** Not when there is no fire time left. A job that was switched off is switched on by it. */
  override start(): void {
    this.endDelay();
    if (this.job.isSpent || this.nextTime() === null) return;
    if (this.job.paused && !this.silent) this.job.resume(this.clock.now());
    super.start();
  }

  /** Not if it was deleted or stopped meanwhile: that ends the wait. */
  startAfter(ms: number): void {
    this.delay = after(ms, () => this.start());
  }

  override stop(): Promise<void> | undefined {
    if ((this.isActive || this.delay) && !this.silent)
      this.job.pause(STOPPED_BY_CODE, this.clock.now());
    this.endDelay();
    return super.stop();
  }

  override setTime(time: CronTime): void {
    const spec = specOf(time);
    this.job.reschedule(spec);
    this.job.touch(this.clock.now());
    const { trigger } = this.job;
    const ours = new TriggerTime(trigger, this.clock, time.source, spec);
    this.quietly(() => {
      super.setTime(ours);
    });
  }

  override fireOnTick(): Promise<void> {
    if (!this.waitForCompletion || !this.isCallbackRunning) return super.fireOnTick();
    this.gate.skip(this.job, this.fireAt());
    return Promise.resolve();
  }

  nextFireAt(): Date | null {
    return this.isActive ? this.nextTime() : null;
  }

  pause(): void {
    this.endDelay();
    this.quietly(() => void super.stop());
  }

  resume(): void {
    this.start();
  }

  private tick(): Promise<void> | undefined {
    const byTimer = this.lastExecution !== this.noted;
    const ask = byTimer ? undefined : ({ cause: 'manual' } as const);
    const fired = this.gate.fire(this.job, this.fireAt(), ask);
    if (this.job.isSpent) this.pause();
    return fired?.ended;
  }

  /** The instant that the trigger named, if the timer has rung; else now. */
  private fireAt(): Date {
    const now = this.clock.now();
    if (this.lastExecution === this.noted) return now;
    this.noted = this.lastExecution;
    return this.job.trigger.previous(new Date(now.getTime() + 1)) ?? now;
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
