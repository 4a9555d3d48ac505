/** Where @nestjs/schedule surprises its users, and what local mode does instead. */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  Inject,
  Injectable,
  Logger,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type Provider,
  type Type,
} from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import {
  Cron,
  Interval,
  ScheduleModule,
  SchedulerRegistry,
  Timeout,
  type ScheduleModuleOptions,
} from '@nestjs/schedule';
import type { TestingModule } from '@nestjs/testing';
import { CronJob } from 'cron';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LateTasks, TasksModule, TasksService } from '../../src/tasks/index.js';
import { applicationOf } from './modules.js';

const calls: string[] = [];

@Injectable()
class Jobs {
  @Cron('* * * * * *')
  tick(): void {
    calls.push('tick');
  }

  @Interval('tock', 1_000)
  tock(): void {
    calls.push('tock');
  }

  @Timeout(500)
  once(): void {
    calls.push('once');
  }
}

const tasks = () => TasksModule.forRoot({ store: 'memory' });
const tasksAsync = () =>
  TasksModule.forRootAsync({ useFactory: () => Promise.resolve({ store: 'memory' }) });
const stock = (options?: ScheduleModuleOptions) => ScheduleModule.forRoot(options);
const stockAsync = () => ScheduleModule.forRootAsync({ useFactory: () => Promise.resolve({}) });

/** A module of the host that imports a scheduler of its own, and has its services injected. */
function featureWith(scheduler: DynamicModule): Type<{ tasks: TasksService }> {
  @Module({ imports: [scheduler] })
  class Feature {
    constructor(@Inject(TasksService) readonly tasks: TasksService) {}
  }
  return Feature;
}

let app: TestingModule;

async function start(imports: (DynamicModule | Type)[], providers: Provider[] = []): Promise<void> {
  app = await applicationOf(imports, providers);
  vi.useFakeTimers({ now: Date.UTC(2026, 2, 2) });
  await app.init();
}

const runs = async (job: string) => (await app.get(TasksService).getRuns({ job })).items;

beforeEach(() => {
  calls.length = 0;
});

afterEach(async () => {
  await app.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('each job runs once', () => {
  it.each([
    ['ours alone', () => [tasks()]],
    ['theirs first', () => [stock(), tasks()]],
    ['ours first', () => [tasks(), stock()]],
    ['ours asynchronous', () => [tasksAsync(), stock()]],
    ['ours asynchronous and last', () => [stock(), tasksAsync()]],
    ['theirs three times', () => [stock(), stockAsync(), tasks(), stock()]],
    ['ours three times', () => [tasks(), tasksAsync(), tasks()]],
    ['ours in a feature too', () => [featureWith(tasks()), tasks(), featureWith(tasksAsync())]],
  ])('whoever imports what: %s', async (_title, imports) => {
    await start(imports(), [Jobs]);
    vi.advanceTimersByTime(3_000);
    expect(calls.filter((call) => call === 'tick')).toHaveLength(3);
    expect(calls.filter((call) => call === 'tock')).toHaveLength(3);
    expect(calls.filter((call) => call === 'once')).toHaveLength(1);
    await app.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('shows the same jobs to every module that imports ours', async () => {
    const First = featureWith(tasks());
    const Second = featureWith(tasks());
    await start([First, Second], [Jobs]);
    for (const feature of [First, Second]) {
      const { items } = await app.get(feature).tasks.getJobs();
      expect(items.map(({ id }) => id)).toEqual(['Jobs.once', 'Jobs.tick', 'tock']);
    }
  });

  it('although its provider has an alias', async () => {
    await start([tasks()], [Jobs, { provide: 'alias', useExisting: Jobs }]);
    vi.advanceTimersByTime(1_000);
    expect(calls).toEqual(['once', 'tock', 'tick']);
  });
});

describe('long times', () => {
  const MONTH_MS = 30 * 86_400_000;

  it('are waited for, where a timer of the platform would ring at once', async () => {
    @Injectable()
    class Rare {
      @Interval(MONTH_MS)
      monthly(): void {
        calls.push('monthly');
      }

      @Timeout(MONTH_MS)
      inAMonth(): void {
        calls.push('in a month');
      }
    }
    await start([tasks()], [Rare]);
    vi.advanceTimersByTime(MONTH_MS - 1_000);
    expect(calls).toEqual([]);
    vi.advanceTimersByTime(2_000);
    expect(calls.toSorted()).toEqual(['in a month', 'monthly']);
    vi.advanceTimersByTime(2 * MONTH_MS);
    expect(calls).toHaveLength(4);
  });
});

describe('overlapping runs', () => {
  it('are skipped and recorded, of intervals too', async () => {
    @Injectable()
    class Slow {
      @Interval('slow', 100)
      async run(): Promise<void> {
        calls.push('slow');
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
    await start([tasks()], [Slow]);
    await vi.advanceTimersByTimeAsync(640);
    expect(calls).toEqual(['slow', 'slow']);
    const states = (await runs('slow')).map(({ state, reason }) => reason ?? state).toReversed();
    expect(states).toEqual([
      'succeeded',
      'overlapped',
      'overlapped',
      'running',
      'overlapped',
      'overlapped',
    ]);
  });
});

describe('the context of a request', () => {
  it('is not seen by the ticks of a job that was made in it', async () => {
    const request = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    await start([tasks()]);
    request.run('of Ada', () => {
      const job = new CronJob('* * * * * *', () => void seen.push(request.getStore()));
      app.get(SchedulerRegistry).addCronJob('dynamic', job);
      job.start();
    });
    vi.advanceTimersByTime(2_000);
    expect(seen).toEqual([undefined, undefined]);
  });

  it('is not seen by a run that is asked for in it', async () => {
    const request = new AsyncLocalStorage<string>();
    @Injectable()
    class Curious {
      @Interval('curious', 60_000)
      look(): void {
        calls.push(String(request.getStore()));
      }
    }
    await start([tasks()], [Curious]);
    await request.run('of Ada', () => app.get(TasksService).runJob('curious'));
    expect(calls).toEqual(['undefined']);
  });
});

describe('the life of the application', () => {
  it('has no run before it is set up, nor after its teardown has begun', async () => {
    @Injectable()
    class Database implements OnApplicationBootstrap, OnModuleDestroy {
      async onApplicationBootstrap(): Promise<void> {
        await vi.advanceTimersByTimeAsync(5_000);
        calls.push('open');
      }

      async onModuleDestroy(): Promise<void> {
        calls.push('closing');
        await vi.advanceTimersByTimeAsync(5_000);
      }
    }
    await start([tasks()], [Database, Jobs]);
    vi.advanceTimersByTime(1_000);
    await app.close();
    expect(calls).toEqual(['open', 'once', 'tock', 'tick', 'closing']);
  });

  it('ends only when the runs have', async () => {
    let finish = (): void => undefined;
    @Injectable()
    class Slow {
      @Timeout(1)
      async run(): Promise<void> {
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        calls.push('finished');
      }
    }
    app = await applicationOf([tasks()], [Slow]);
    await app.init();
    await vi.waitUntil(async () => (await runs('Slow.run')).length > 0);
    const closed = app.close().then(() => calls.push('closed'));
    setImmediate(() => finish());
    await closed;
    expect(calls).toEqual(['finished', 'closed']);
  });

  it('ends although a run does not', async () => {
    vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    @Injectable()
    class Endless {
      @Timeout('endless', 1)
      run(): Promise<void> {
        return new Promise(() => undefined);
      }
    }
    await start([tasks()], [Endless]);
    vi.advanceTimersByTime(1);
    await app.close();
    const [run] = await runs('endless');
    expect(run).toMatchObject({ state: 'abandoned', error: { name: 'NodeStopped' } });
  });
});

describe('modules that are loaded late', () => {
  it('have their methods found when somebody asks for it', async () => {
    @Module({ providers: [Jobs] })
    class Late {}
    await start([tasks()]);
    await app.get(LazyModuleLoader).load(() => Late);
    vi.advanceTimersByTime(1_000);
    expect(calls).toEqual([]);
    await app.get(LateTasks).explore();
    await app.get(LateTasks).explore();
    vi.advanceTimersByTime(1_000);
    expect(calls).toEqual(['once', 'tock', 'tick']);
  });
});

describe('where clocks are set', () => {
  it.each([
    ['0 3 * * *', 'Europe/Berlin', '2026-10-24T12:00:00.000Z', '2026-10-25T02:00:00.000Z'],
    ['30 2 * * *', 'America/New_York', '2026-10-31T12:00:00.000Z', '2026-11-01T07:30:00.000Z'],
  ])('a daily job runs once a day: %s in %s', async (cron, timeZone, from, fireAt) => {
    @Injectable()
    class Daily {
      @Cron(cron, { name: 'daily', timeZone })
      run(): void {
        calls.push(new Date().toISOString());
      }
    }
    app = await applicationOf([tasks()], [Daily]);
    vi.useFakeTimers({ now: new Date(from) });
    await app.init();
    vi.advanceTimersByTime(24 * 3_600_000);
    expect(calls).toEqual([fireAt]);
    expect(await runs('daily')).toMatchObject([{ fireAt: new Date(fireAt), state: 'succeeded' }]);
  });
});

describe('errors', () => {
  it('are logged and recorded', async () => {
    const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    @Injectable()
    class Failing {
      @Interval('failing', 1_000)
      run(): void {
        throw new RangeError('no paper');
      }
    }
    await start([tasks()], [Failing]);
    vi.advanceTimersByTime(2_000);
    expect(error).toHaveBeenCalledTimes(2);
    expect(error).toHaveBeenCalledWith(
      expect.stringContaining('RangeError: no paper'),
      expect.objectContaining({ event: 'run.failed', jobId: 'failing' }),
    );
    const recorded = { state: 'failed', error: { name: 'RangeError', message: 'no paper' } };
    expect(await runs('failing')).toMatchObject([recorded, recorded]);
  });

  it('of jobs that the host made are recorded as well', async () => {
    vi.spyOn(console, 'error').mockReturnValue();
    await start([tasks()]);
    const onTick = () => {
      throw new RangeError('no paper');
    };
    const job = CronJob.from({ cronTime: '* * * * * *', onTick, start: true });
    app.get(SchedulerRegistry).addCronJob('dynamic', job);
    vi.advanceTimersByTime(1_000);
    expect(await runs('dynamic')).toMatchObject([
      { state: 'failed', error: { name: 'RangeError' } },
    ]);
    expect(console.error).toHaveBeenCalledOnce();
  });
});
