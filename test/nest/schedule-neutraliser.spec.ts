import { Global, Inject, Injectable, Logger, Module, type OnModuleInit } from '@nestjs/common';
import type { DynamicModule, Type } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import {
  Cron,
  Interval,
  ScheduleModule,
  SchedulerRegistry,
  Timeout,
  type ScheduleModuleOptions,
} from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { CronJob } from 'cron';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TasksOptions } from '../../src/tasks/tasks.options.js';
import { ScheduleNeutraliser } from '../../src/tasks/registry/schedule-neutraliser.js';
import { ScheduleSwitches } from '../../src/tasks/registry/schedule-switches.js';
import { TaskExplorer } from '../../src/tasks/registry/task-explorer.js';
import { TaskRegistry } from '../../src/tasks/registry/task-registry.js';

const OFF = { cronJobs: false, intervals: false, timeouts: false };

@Global()
@Module({
  providers: [TasksOptions, TaskRegistry, TaskExplorer, ScheduleNeutraliser, ScheduleSwitches],
  exports: [TaskRegistry],
})
class FakeTasksModule implements OnModuleInit {
  constructor(
    @Inject(SchedulerRegistry) readonly registry: SchedulerRegistry,
    @Inject(ScheduleSwitches) readonly switches: ScheduleSwitches,
    @Inject(ScheduleNeutraliser) readonly neutraliser: ScheduleNeutraliser,
    @Inject(TaskExplorer) readonly explorer: TaskExplorer,
  ) {}

  static forRoot(): DynamicModule {
    return { module: FakeTasksModule, imports: [DiscoveryModule, ScheduleModule.forRoot(OFF)] };
  }

  onModuleInit(): void {
    this.neutraliser.neutralise();
    this.explorer.explore();
  }
}

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
  start(): void {
    calls.push('start');
  }
}

/** Another module of the host that imports its own, and asks for its registry. */
function featureWith(schedule: DynamicModule) {
  @Module({ imports: [schedule] })
  class Feature {
    constructor(@Inject(SchedulerRegistry) readonly registry: SchedulerRegistry) {}
  }
  return Feature;
}

const log = vi.spyOn(Logger.prototype, 'log');

async function start(imports: (DynamicModule | Type)[]) {
  const app = await Test.createTestingModule({ imports, providers: [Jobs] }).compile();
  await app.init();
  return app;
}

const tasks = () => FakeTasksModule.forRoot();
const stock = (options?: ScheduleModuleOptions) => ScheduleModule.forRoot(options);
const stockAsync = (options: ScheduleModuleOptions = {}) =>
  ScheduleModule.forRootAsync({ useFactory: () => Promise.resolve(options) });

beforeEach(() => {
  vi.useFakeTimers();
  log.mockReset();
  calls.length = 0;
});

afterEach(() => {
  vi.useRealTimers();
});

/** Without what Nest itself says of each module. */
const said = () =>
  log.mock.calls.map(([line]) => String(line)).filter((line) => !line.endsWith('initialized'));

describe('a ScheduleModule of the host', () => {
  it.each([
    ['first', () => [stock(), tasks()]],
    ['last', () => [tasks(), stock()]],
    ['asynchronous', () => [stockAsync(), tasks()]],
    ['asynchronous and last', () => [tasks(), stockAsync()]],
    ['three times', () => [stock(), featureWith(stock()), tasks(), featureWith(stock())]],
  ])('fires nothing, and each job is registered once: %s', async (_title, imports) => {
    const app = await start(imports());
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(5_000);
    expect(calls).toEqual([]);
    expect(app.get(TaskRegistry).names()).toEqual(['Jobs.tick', 'tock', 'Jobs.start']);
    expect(said()).toEqual([expect.stringContaining('imports ScheduleModule itself')]);
    await app.close();
  });

  it('no longer looks for methods when it comes later, so it refuses no name', async () => {
    @Module({ providers: [Jobs] })
    class AlsoWithJobs {}
    const app = await start([tasks(), stock(), AlsoWithJobs]);
    expect(app.get(TaskRegistry).names()).toHaveLength(6);
    await app.close();
  });

  it('is not missed when there is none', async () => {
    const app = await start([tasks()]);
    expect(vi.getTimerCount()).toBe(0);
    expect(app.get(TaskRegistry).names()).toHaveLength(3);
    expect(said()).toEqual([]);
    await app.close();
  });

  it('fires without us, so that these tests can fail', async () => {
    const app = await start([stock()]);
    vi.advanceTimersByTime(2_000);
    expect(calls).toContain('tock');
    await app.close();
  });

  it.each([
    ['one kind', [stock({ cronJobs: false })], ['tock', 'Jobs.start']],
    ['one kind, asynchronously', [stockAsync({ intervals: false })], ['Jobs.tick', 'Jobs.start']],
    ['everything', [stock(OFF)], []],
    ['what another leaves on', [stock(OFF), stock()], ['Jobs.tick', 'tock', 'Jobs.start']],
  ])('keeps off what it turned off: %s', async (_title, hosts, names) => {
    for (const imports of [
      [...hosts, tasks()],
      [tasks(), ...hosts],
    ]) {
      const app = await start(imports);
      expect(app.get(TaskRegistry).names()).toEqual(names);
      await app.close();
    }
  });

  it('stops the start when its timers cannot be turned off', async () => {
    const unknown: DynamicModule = { module: class NewSchedule extends ScheduleModule {} };
    const parts = Test.createTestingModule({ imports: [tasks(), unknown] });
    const app = await parts.compile();
    await expect(app.init()).rejects.toThrow('Remove ScheduleModule from the imports');
  });
});

describe('the registries', () => {
  it('are one, whichever the host asks for', async () => {
    const Feature = featureWith(stock());
    const app = await start([stock(), Feature, tasks()]);
    const job = CronJob.from({ cronTime: '0 0 1 1 *', onTick: () => undefined });
    const theirs = app.get(Feature).registry;
    const ours = app.get(FakeTasksModule).registry;
    expect(theirs).not.toBe(ours);
    theirs.addCronJob('yearly', job);
    expect(ours.getCronJob('yearly')).toBe(job);
    expect(theirs.doesExist('cron', 'yearly')).toBe(true);
    ours.deleteCronJob('yearly');
    expect(() => theirs.getCronJob('yearly')).toThrow('No Cron Job was found');
    await app.close();
  });

  it('keep what the host added before we came', async () => {
    @Module({})
    class Early {
      constructor(@Inject(SchedulerRegistry) registry: SchedulerRegistry) {
        registry.addInterval(
          'early',
          setInterval(() => undefined, 1_000),
        );
        registry.addTimeout(
          'once',
          setTimeout(() => undefined, 1_000),
        );
      }
    }
    const app = await start([stock(), { module: Early }, tasks()]);
    const ours = app.get(FakeTasksModule).registry;
    expect(ours.getIntervals()).toEqual(['early']);
    expect(ours.getTimeouts()).toEqual(['once']);
    await app.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('stay as they are when neutralised again', async () => {
    const app = await start([stock({ timeouts: false }), tasks()]);
    const { neutraliser, switches } = app.get(FakeTasksModule);
    neutraliser.neutralise();
    expect(switches).toMatchObject({ cronJobs: true, timeouts: false });
    await app.close();
  });
});
