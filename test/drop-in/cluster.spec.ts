/**
 * What a drop-in does in a cluster: the expectations of `cron.spec.ts` and its neighbours but for those
 * that look at the timers of one process, with the registry showing and driving stored jobs.
 */
import {
  Inject,
  Injectable,
  Logger,
  Module,
  Scope,
  type OnModuleDestroy,
  type Provider,
} from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { Cron, CronExpression, Interval, SchedulerRegistry, Timeout } from '@nestjs/schedule';
import { Test, type TestingModule } from '@nestjs/testing';
import { CronJob, CronTime } from 'cron';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LateTasks, TasksService } from '../../src/tasks/index.js';
import { TasksTesting, TasksTestingModule } from '../../src/tasks/testing/index.js';

const UTC = { utcOffset: 0 };
const calls: string[] = [];

@Injectable()
class Clocks {
  constructor(@Inject(SchedulerRegistry) readonly registry: SchedulerRegistry) {}

  @Cron(CronExpression.EVERY_SECOND, { name: 'second', ...UTC })
  second(): void {
    calls.push('second');
  }

  @Cron(CronExpression.EVERY_HOUR, { name: 'hour', ...UTC })
  hour(): void {
    calls.push('hour');
  }

  @Cron(CronExpression.EVERY_MINUTE, { name: 'off', disabled: true, ...UTC })
  off(): void {
    calls.push('off');
  }

  @Interval('often', 90_000)
  often(): void {
    calls.push('often');
  }

  @Timeout('once', 5_000)
  once(): void {
    calls.push('once');
  }
}

@Injectable()
class Hourly {
  @Cron(CronExpression.EVERY_HOUR, { name: 'hour', ...UTC })
  hour(): void {
    calls.push('hour');
  }
}

let app: TestingModule;
let tasks: TasksTesting;
let registry: SchedulerRegistry;

async function start(providers: Provider[], options: object = {}): Promise<void> {
  calls.length = 0;
  const now = '2020-01-01T00:00:00.000Z';
  const imports = [TasksTestingModule.forRoot({ now, ...options })];
  app = await Test.createTestingModule({ imports, providers }).compile();
  await app.init();
  tasks = app.get(TasksTesting);
  registry = app.get(SchedulerRegistry);
}

/** After a cold start of the cluster, an hour later. */
async function startAgain(providers: Provider[]): Promise<void> {
  const { database, clock } = tasks;
  await app.close();
  await clock.advance(3_600_000);
  const imports = [TasksTestingModule.forRoot({ database, clock })];
  app = await Test.createTestingModule({ imports, providers }).compile();
  await app.init();
  tasks = app.get(TasksTesting);
  registry = app.get(SchedulerRegistry);
}

const count = (name: string) => calls.filter((call) => call === name).length;
const jobOf = (id: string) => app.get(TasksService).getJob(id);

afterEach(async () => {
  await app.close();
  vi.restoreAllMocks();
});

describe('decorated methods', () => {
  it('run at their times, each once', async () => {
    await start([Clocks]);
    await tasks.advance('10s');
    expect(count('second')).toBe(10);
    expect(count('once')).toBe(1);
    // Enough of that: each of its runs goes through the whole engine.
    await app.get(TasksService).pauseJob('second');
    await tasks.advance('3h');
    expect(count('hour')).toBe(3);
    expect(count('often')).toBe(120);
    expect(count('off')).toBe(0);
    expect(count('once')).toBe(1);
  });

  it('do not overlap, and what they throw is recorded', async () => {
    @Injectable()
    class Failing {
      @Interval('failing', 1_000)
      async run(): Promise<void> {
        await Promise.resolve();
        throw new RangeError('no paper');
      }
    }
    vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    await start([Failing]);
    const runs = await tasks.advance('2s');
    const recorded = { state: 'failed', error: { name: 'RangeError', message: 'no paper' } };
    expect(runs).toMatchObject([recorded, recorded]);
  });

  it('that a blocked event loop has missed are made up for by the latest, the others on record', async () => {
    @Injectable()
    class Ticking {
      @Cron(CronExpression.EVERY_SECOND, { name: 'tick', ...UTC })
      tick(): void {
        calls.push('tick');
      }
    }
    await start([Ticking]);
    await tasks.advance('1s');
    await tasks.clock.jump(4_500);
    await tasks.advance(0);
    expect(count('tick')).toBe(2);
    const { items } = await app.get(TasksService).getRuns({ job: 'tick' });
    const rows = [...items].sort((a, b) => a.fireAt.getTime() - b.fireAt.getTime());
    expect(rows.map(({ state, reason, coversCount }) => [reason ?? state, coversCount])).toEqual([
      ['succeeded', null],
      ['coalesced', 3],
      ['succeeded', null],
    ]);
  });

  it.each([
    ['cronJobs', ['often', 'once']],
    ['intervals', ['hour', 'off', 'once', 'second']],
    ['timeouts', ['hour', 'off', 'often', 'second']],
  ])('are left out where the module turns them off: %s', async (option, ids) => {
    await start([Clocks], { [option]: false });
    await tasks.ready();
    const { items } = await app.get(TasksService).getJobs();
    expect(items.map(({ id }) => id)).toEqual(ids);
  });

  it('refuse the start with two of one name', async () => {
    await expect(start([Clocks, Hourly])).rejects.toThrow(
      'Cron Job with the given name (hour) already exists. Ignored.',
    );
  });

  it('run on an instance of their own in a request-scoped provider', async () => {
    let made = 0;
    @Injectable({ scope: Scope.REQUEST })
    class Scoped {
      readonly number = ++made;

      @Cron(CronExpression.EVERY_HOUR, UTC)
      run(): void {
        calls.push(`instance ${this.number}`);
      }
    }
    const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    await start([Scoped, { provide: 'bare', useValue: Object.create(null) as object }]);
    await tasks.advance('2h');
    expect(calls).toEqual(['instance 1', 'instance 2']);
    expect(warn).not.toHaveBeenCalled();
  });
});

describe('the registry', () => {
  it('has a CronJob of each cron job, and handles of the others, when the application has started', async () => {
    await start([Clocks]);
    expect(registry.getCronJob('hour')).toBeInstanceOf(CronJob);
    expect([...registry.getCronJobs().keys()]).toEqual(['second', 'hour', 'off']);
    expect([registry.getIntervals(), registry.getTimeouts()]).toEqual([['often'], ['once']]);
    expect(registry.doesExist('cron', 'other')).toBe(false);
    expect(() => registry.getCronJob('other')).toThrow('No Cron Job was found with the given name');
  });

  it('starts no timer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    try {
      await start([Clocks]);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('tells when a job runs next, when it ran last and whether it is active', async () => {
    await start([Hourly]);
    const job = registry.getCronJob('hour');
    expect(job.isActive).toBe(true);
    expect(job.lastDate()).toBeNull();
    await tasks.advance('2h 30m');
    registry.getCronJob('hour');
    await tasks.advance(0);
    expect(job.lastDate()).toEqual(new Date('2020-01-01T02:00:00.000Z'));
    expect(job.nextDate().toMillis()).toBe(Date.UTC(2020, 0, 1, 3));
    expect(job.nextDates(2).map((date) => date.toMillis())).toEqual([
      Date.UTC(2020, 0, 1, 3),
      Date.UTC(2020, 0, 1, 4),
    ]);
  });

  it('runs a job by fireOnTick, recorded as asked for', async () => {
    await start([Clocks]);
    await tasks.ready();
    await registry.getCronJob('off').fireOnTick();
    const runs = await tasks.advance(0);
    expect(runs).toMatchObject([{ jobId: 'off', cause: 'manual', state: 'succeeded' }]);
  });

  it('stops a job in the whole cluster, and starts it', async () => {
    await start([Hourly]);
    await tasks.ready();
    const job = registry.getCronJob('hour');
    void job.stop();
    expect(job.isActive).toBe(false);
    await tasks.advance('2h');
    expect(calls).toEqual([]);
    expect(await jobOf('hour')).toMatchObject({ paused: true, pauseReason: 'stopped by code' });
    job.start();
    await tasks.advance('2h');
    expect(count('hour')).toBe(2);
  });

  it('starts a job that its decorator has switched off', async () => {
    await start([Clocks]);
    registry.getCronJob('off').start();
    await tasks.advance('1m');
    expect(count('off')).toBe(1);
  });

  it('does not start what an operator has paused', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    await start([Hourly]);
    await tasks.ready();
    await app.get(TasksService).pauseJob('hour', { reason: 'incident' });
    registry.getCronJob('hour').start();
    await tasks.advance('2h');
    expect(calls).toEqual([]);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('somebody has paused it'));
  });

  it('goes on by itself when the time of an operator’s pause is over', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    await start([Hourly]);
    await tasks.ready();
    const until = new Date('2020-01-01T02:30:00.000Z');
    await app.get(TasksService).pauseJob('hour', { reason: 'lunch', until });
    await tasks.advance('4h');
    expect(count('hour')).toBe(2);
    expect(warn).not.toHaveBeenCalled();
  });

  it('stops nothing when the application closes', async () => {
    await start([Hourly]);
    await tasks.ready();
    const { database } = tasks;
    await app.close();
    expect(registry.getCronJobs().size).toBe(0);
    expect(database.jobs.get('hour')).toMatchObject({ paused: false, state: 'active' });
  });

  it('runs the closure of a dynamic job once for each tick, and hands on what it throws', async () => {
    vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    await start([]);
    const errorHandler = vi.fn();
    const onTick = () => {
      calls.push('dynamic');
      if (calls.length === 2) throw new RangeError('no paper');
    };
    const cronTime = CronExpression.EVERY_MINUTE;
    const job = CronJob.from({ cronTime, onTick, errorHandler, timeZone: 'UTC' });
    registry.addCronJob('dynamic', job);
    expect(registry.getCronJob('dynamic')).toBe(job);
    expect(job.isActive).toBe(false);
    await tasks.advance('2m');
    expect(calls).toEqual([]);
    job.start();
    expect(job.isActive).toBe(true);
    const runs = await tasks.advance('2m');
    expect(runs.map(({ state, reason }) => reason ?? state)).toEqual([
      'paused',
      'succeeded',
      'failed',
    ]);
    expect(errorHandler).toHaveBeenCalledOnce();
  });

  it('takes over a dynamic job that runs already', async () => {
    await start([]);
    await tasks.ready();
    const job = CronJob.from({
      cronTime: CronExpression.EVERY_MINUTE,
      onTick: () => void calls.push('dynamic'),
      start: true,
      timeZone: 'UTC',
    });
    registry.addCronJob('dynamic', job);
    await tasks.advance('3m');
    expect(count('dynamic')).toBe(3);
    registry.deleteCronJob('dynamic');
    await tasks.advance('3m');
    expect(count('dynamic')).toBe(3);
    expect(() => registry.getCronJob('dynamic')).toThrow('No Cron Job was found');
  });

  it('stops an interval in the whole cluster when its entry is deleted', async () => {
    await start([Clocks], { cronJobs: false });
    await tasks.ready();
    registry.deleteInterval('often');
    await tasks.advance('1h');
    expect(count('often')).toBe(0);
    expect(await jobOf('often')).toMatchObject({ pauseReason: 'stopped by code' });
  });

  it('runs jobs at the times that code gives them', async () => {
    await start([Hourly]);
    await tasks.ready();
    const job = registry.getCronJob('hour');
    job.setTime(new CronTime('*/10 * * * *', 'UTC'));
    expect(job.nextDate().toMillis()).toBe(Date.UTC(2020, 0, 1, 0, 10));
    await tasks.advance('30m');
    expect(count('hour')).toBe(3);
    expect(await jobOf('hour')).toMatchObject({ overridden: [] });
  });

  it('ends a stop by code with the last process that was there', async () => {
    await start([Hourly]);
    await tasks.ready();
    void registry.getCronJob('hour').stop();
    await tasks.advance('1h');
    await startAgain([Hourly]);
    expect(await tasks.advance('1h')).toMatchObject([
      // What passed while it was stopped, as one row.
      { state: 'skipped', reason: 'paused', coversCount: 2 },
      { state: 'succeeded' },
    ]);
    expect(count('hour')).toBe(1);
  });

  it('ends the times that code gave with the last process that was there', async () => {
    await start([Hourly]);
    await tasks.ready();
    registry.getCronJob('hour').setTime(new CronTime('*/10 * * * *', 'UTC'));
    await tasks.advance('1h');
    expect(count('hour')).toBe(6);
    await startAgain([Hourly]);
    await tasks.advance('2h');
    expect(count('hour')).toBe(8);
    expect(registry.getCronJob('hour').nextDate().toMillis()).toBe(Date.UTC(2020, 0, 1, 5));
  });

  it('leaves the times alone that an operator gave', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    await start([Hourly]);
    await tasks.ready();
    const trigger = { type: 'interval', minutes: 30 } as const;
    await app.get(TasksService).modifyJob('hour', { trigger });
    registry.getCronJob('hour').setTime(new CronTime('*/10 * * * *', 'UTC'));
    await tasks.advance('1h');
    expect(count('hour')).toBe(2);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('has overridden its trigger'));
  });

  it('changes no job for a service that tidies up while the application closes', async () => {
    @Injectable()
    class Tidy implements OnModuleDestroy {
      constructor(@Inject(SchedulerRegistry) readonly scheduler: SchedulerRegistry) {}

      onModuleDestroy(): void {
        if (!this.scheduler.doesExist('cron', 'hour')) return;
        calls.push('tidied up');
        const job = this.scheduler.getCronJob('hour');
        job.setTime(new CronTime('*/10 * * * *', 'UTC'));
        void job.stop();
      }
    }
    await start([Hourly, Tidy]);
    await tasks.ready();
    const { database } = tasks;
    const before = database.jobs.get('hour');
    await app.close();
    expect(calls).toEqual(['tidied up']);
    expect(database.jobs.get('hour')).toEqual(before);
  });

  it('finds the jobs of modules that are loaded late', async () => {
    @Module({ providers: [Hourly] })
    class Late {}
    await start([]);
    await tasks.ready();
    await app.get(LazyModuleLoader).load(() => Late);
    await app.get(LateTasks).explore();
    expect(registry.getCronJob('hour').isActive).toBe(true);
    await tasks.advance('1h');
    expect(count('hour')).toBe(1);
  });

  it('knows, lists and forgets what is added', async () => {
    await start([Clocks], { cronJobs: false });
    registry.addCronJob('dynamic', new CronJob('* * * * *', () => undefined));
    registry.addInterval(
      'own',
      setInterval(() => undefined, 60_000),
    );
    registry.addTimeout(
      'own',
      setTimeout(() => undefined, 60_000),
    );
    expect(registry.doesExist('cron', 'dynamic')).toBe(true);
    expect(registry.doesExist('interval', 'dynamic')).toBe(false);
    expect(registry.getIntervals()).toEqual(['often', 'own']);
    expect(registry.getTimeouts()).toEqual(['once', 'own']);
    registry.deleteInterval('own');
    registry.deleteTimeout('own');
    expect(() => registry.getInterval('own')).toThrow('No Interval was found with the given name');
    expect(() => registry.getTimeout('own')).toThrow('No Timeout was found with the given name');
    expect(() => registry.addCronJob('dynamic', new CronJob('* * * * *', () => undefined))).toThrow(
      'Cron Job with the given name (dynamic) already exists. Ignored.',
    );
  });

  it('says that handles which are added stay with their process', async () => {
    const log = vi.spyOn(Logger.prototype, 'log');
    await start([]);
    const handle = setInterval(() => undefined, 60_000);
    registry.addInterval('own', handle);
    expect(registry.getInterval('own')).toBe(handle);
    expect(log).toHaveBeenCalledWith(expect.stringContaining('a timer of this process alone'));
  });
});
