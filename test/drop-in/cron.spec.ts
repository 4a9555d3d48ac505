import { Inject, Injectable, Logger, type Provider } from '@nestjs/common';
import { Cron, CronExpression, SchedulerRegistry } from '@nestjs/schedule';
import type { TestingModule } from '@nestjs/testing';
import { CronJob } from 'cron';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { applicationOf, MODULES } from './modules.js';

const UTC = { utcOffset: 0 };
const MINUTE_MS = 60_000;

@Injectable()
class Clocks {
  readonly calls: string[] = [];
  finished = 0;

  constructor(@Inject(SchedulerRegistry) readonly registry: SchedulerRegistry) {}

  @Cron(CronExpression.EVERY_SECOND, { name: 'second', ...UTC })
  second(): void {
    this.note('second', 3);
  }

  @Cron(CronExpression.EVERY_30_SECONDS, { name: 'half-minute', ...UTC })
  halfMinute(): void {
    this.note('half-minute', 1);
  }

  @Cron(CronExpression.EVERY_MINUTE, { name: 'minute', ...UTC })
  minute(): void {
    this.note('minute', 3);
  }

  @Cron(CronExpression.EVERY_HOUR, { name: 'hour', ...UTC })
  hour(): void {
    this.note('hour', 3);
  }

  @Cron(CronExpression.EVERY_MINUTE, { name: 'long', waitForCompletion: true, ...UTC })
  async long(): Promise<void> {
    this.calls.push('long');
    await new Promise((resolve) => setTimeout(resolve, MINUTE_MS + 1_000));
    this.finished++;
  }

  @Cron(CronExpression.EVERY_30_SECONDS, { name: 'off', disabled: true, ...UTC })
  off(): void {
    this.calls.push('off');
  }

  @Cron(CronExpression.EVERY_SECOND, { name: 'later', initialDelay: 5_000, ...UTC })
  later(): void {
    this.calls.push('later');
  }

  @Cron(CronExpression.EVERY_SECOND, { name: 'never', initialDelay: 1_000, disabled: true, ...UTC })
  never(): void {
    this.calls.push('never');
  }

  count(name: string): number {
    return this.calls.filter((call) => call === name).length;
  }

  /** Stops its own job at the last of the calls. */
  private note(name: string, last: number): void {
    this.calls.push(name);
    if (this.count(name) >= last) void this.registry.getCronJob(name).stop();
  }
}

describe.each(MODULES)('@Cron with $title', ({ forRoot }) => {
  let app: TestingModule;
  let clocks: Clocks;
  let registry: SchedulerRegistry;

  async function start(providers: Provider[] = [], leave?: string): Promise<void> {
    app = await applicationOf([forRoot()], [Clocks, ...providers]);
    vi.useFakeTimers({ now: Date.UTC(2020, 0, 1) });
    await app.init();
    clocks = app.get(Clocks);
    registry = app.get(SchedulerRegistry);
    if (leave === undefined) return;
    for (const name of registry.getCronJobs().keys()) {
      if (name !== leave) registry.deleteCronJob(name);
    }
  }

  function dynamicJob(onTick: () => void): CronJob {
    const job = new CronJob(CronExpression.EVERY_SECOND, onTick);
    registry.addCronJob('dynamic', job);
    return job;
  }

  beforeEach(() => {
    vi.spyOn(Logger.prototype, 'error').mockReturnValue();
  });

  afterEach(async () => {
    await app.close();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('calls the method each second, in the step that advances the clock', async () => {
    await start([], 'second');
    vi.advanceTimersByTime(3_000);
    expect(clocks.calls).toEqual(['second', 'second', 'second']);
  });

  it('hands what a dynamic job throws to the handler of its errors', async () => {
    await start([], 'second');
    const errorHandler = vi.fn();
    const failed = new Error('no paper');
    const onTick = () => {
      throw failed;
    };
    const cronTime = CronExpression.EVERY_SECOND;
    registry.addCronJob('dynamic', CronJob.from({ cronTime, onTick, errorHandler, start: true }));
    vi.advanceTimersByTime(1_000);
    expect(errorHandler).toHaveBeenCalledExactlyOnceWith(failed);
  });

  it('tells when a job ran last, and that one stopped by its method is not active', async () => {
    await start([], 'half-minute');
    const job = registry.getCronJob('half-minute');
    expect(job.isActive).toBe(true);
    vi.advanceTimersByTime(30_000);
    expect(clocks.count('half-minute')).toBe(1);
    expect(job.lastDate()).toEqual(new Date('2020-01-01T00:00:30.000Z'));
    vi.advanceTimersByTime(31_000);
    expect(job.isActive).toBe(false);
    expect(clocks.count('half-minute')).toBe(1);
  });

  it('waits for a run to end before the next, and lastDate moves with each tick', async () => {
    await start([], 'long');
    const job = registry.getCronJob('long');
    const seen: (number | string | undefined)[][] = [];
    for (let minute = 1; minute <= 6; minute++) {
      await vi.advanceTimersByTimeAsync(MINUTE_MS);
      seen.push([
        clocks.count('long'),
        clocks.finished,
        job.lastDate()?.toISOString().slice(14, 19),
      ]);
    }
    expect(seen).toEqual([
      [1, 0, '01:00'],
      [1, 0, '02:00'],
      [2, 1, '03:00'],
      [2, 1, '04:00'],
      [3, 2, '05:00'],
      [3, 2, '06:00'],
    ]);
  });

  it.each([
    ['minute', MINUTE_MS, '2020-01-01T00:03:00.000Z'],
    ['hour', 60 * MINUTE_MS, '2020-01-01T03:00:00.000Z'],
  ])('calls the method three times until it stops its job: each %s', async (name, ms, last) => {
    await start([], name);
    const job = registry.getCronJob(name);
    vi.advanceTimersByTime(3 * ms);
    expect(clocks.count(name)).toBe(3);
    expect(job.lastDate()).toEqual(new Date(last));
    vi.advanceTimersByTime(3 * ms);
    expect(clocks.count(name)).toBe(3);
    expect(job.isActive).toBe(false);
  });

  it('registers a disabled job and does not start it', async () => {
    await start([], 'off');
    expect(registry.getCronJob('off').isActive).toBe(false);
    vi.advanceTimersByTime(MINUTE_MS);
    expect(clocks.calls).toEqual([]);
  });

  it('starts a disabled job when somebody starts it', async () => {
    await start([], 'off');
    registry.getCronJob('off').start();
    vi.advanceTimersByTime(MINUTE_MS);
    expect(clocks.count('off')).toBe(2);
  });

  it('gives a job by its name, which is a CronJob', async () => {
    await start();
    expect(registry.getCronJob('second')).toBeInstanceOf(CronJob);
  });

  it('gives a dynamic job by its name', async () => {
    await start();
    const job = dynamicJob(() => undefined);
    expect(registry.getCronJob('dynamic')).toBe(job);
  });

  it('starts a dynamic job on demand, and shows the same object in the map', async () => {
    await start([], 'second');
    let calls = 0;
    const job = dynamicJob(() => {
      if (++calls === 3) void registry.getCronJob('dynamic').stop();
    });
    expect(registry.getCronJobs().get('dynamic')).toBe(job);
    expect(job.isActive).toBe(false);
    job.start();
    expect(job.isActive).toBe(true);
    vi.advanceTimersByTime(10_000);
    expect(calls).toBe(3);
  });

  it('forgets a deleted job, and says so to whoever asks for it', async () => {
    await start();
    dynamicJob(() => undefined);
    registry.deleteCronJob('dynamic');
    expect(() => registry.getCronJob('dynamic')).toThrow(
      'No Cron Job was found with the given name (dynamic). Check that you created one with a decorator or with the create API.',
    );
  });

  it('starts beside a provider that has no prototype', async () => {
    await start([{ provide: 'bare', useValue: Object.create(null) as object }], 'second');
    vi.advanceTimersByTime(1_000);
    expect(clocks.count('second')).toBe(1);
  });

  it('leaves no job and no timer behind a close', async () => {
    await start();
    dynamicJob(() => undefined).start();
    await app.close();
    expect(registry.getCronJobs().size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('knows which names exist', async () => {
    await start();
    expect(registry.doesExist('cron', 'dynamic')).toBe(false);
    dynamicJob(() => undefined);
    expect(registry.doesExist('cron', 'dynamic')).toBe(true);
    expect(registry.doesExist('interval', 'dynamic')).toBe(false);
  });

  it('is not active before its initial delay is over', async () => {
    await start([], 'later');
    vi.advanceTimersByTime(4_999);
    expect(registry.getCronJob('later').isActive).toBe(false);
    expect(clocks.calls).toEqual([]);
  });

  it('begins when its initial delay is over', async () => {
    await start([], 'later');
    vi.advanceTimersByTime(5_000);
    expect(registry.getCronJob('later').isActive).toBe(true);
    vi.advanceTimersByTime(3_000);
    expect(clocks.count('later')).toBe(3);
  });

  it('does not begin when it was deleted during its initial delay', async () => {
    await start([], 'later');
    registry.deleteCronJob('later');
    vi.advanceTimersByTime(20_000);
    expect(clocks.calls).toEqual([]);
  });

  it('does not begin after a delay when it is disabled', async () => {
    await start([], 'never');
    vi.advanceTimersByTime(10_000);
    expect(registry.getCronJob('never').isActive).toBe(false);
    expect(clocks.calls).toEqual([]);
  });

  it('ends an initial delay with a close', async () => {
    await start([], 'later');
    await app.close();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(10_000);
    expect(clocks.calls).toEqual([]);
  });

  it('warns of nothing where there is nothing to warn of', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn');
    await start();
    expect(warn).not.toHaveBeenCalled();
  });

  it('refuses to start with two jobs of one name', async () => {
    @Injectable()
    class Twice {
      @Cron(CronExpression.EVERY_HOUR, { name: 'second' })
      run(): void {}
    }
    await expect(start([Twice])).rejects.toThrow(
      'Cron Job with the given name (second) already exists. Ignored.',
    );
  });

  it('calls an async method once for each tick, also in one step of the clock', async () => {
    @Injectable()
    class Slow {
      calls = 0;
      @Cron(CronExpression.EVERY_SECOND, { name: 'slow' })
      async run(): Promise<void> {
        this.calls++;
        await Promise.resolve();
      }
    }
    await start([Slow], 'slow');
    vi.advanceTimersByTime(5_000);
    expect(app.get(Slow).calls).toBe(5);
  });
});
