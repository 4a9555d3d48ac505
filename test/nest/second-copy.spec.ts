/** A host whose tree holds another copy of `@nestjs/schedule` than ours uses. */
import { Inject, Injectable, type DynamicModule, type Type } from '@nestjs/common';
import type { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { TasksModule } from '../../src/tasks/index.js';
import { TasksTesting, TasksTestingModule } from '../../src/tasks/testing/index.js';

interface Copy {
  readonly ScheduleModule: typeof ScheduleModule;
  readonly SchedulerRegistry: Type<SchedulerRegistry>;
  readonly Cron: (time: string, options: object) => MethodDecorator;
  readonly Interval: (name: string, ms: number) => MethodDecorator;
}

const calls: string[] = [];
let folder: string;
let copy: Copy;

beforeAll(async () => {
  const original = dirname(createRequire(import.meta.url).resolve('@nestjs/schedule/package.json'));
  const cache = join(original, '..', '..', '.cache');
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, 'second-copy-'));
  const second = join(folder, 'schedule');
  cpSync(original, second, { recursive: true });
  copy = (await import(pathToFileURL(join(second, 'dist', 'index.js')).href)) as Copy;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  calls.length = 0;
  vi.useRealTimers();
});

function hostOf({ ScheduleModule: Stock, SchedulerRegistry: Registry, Cron, Interval }: Copy) {
  @Injectable()
  class Clocks {
    constructor(@Inject(Registry) readonly registry: SchedulerRegistry) {}

    @Cron('* * * * * *', { name: 'second', utcOffset: 0 })
    second(): void {
      calls.push('second');
    }

    @Interval('often', 1_000)
    often(): void {
      calls.push('often');
    }
  }
  return { Clocks, stock: Stock.forRoot() };
}

it('is another copy', async () => {
  const { SchedulerRegistry: ours } = await import('@nestjs/schedule');
  expect(copy.SchedulerRegistry).not.toBe(ours);
});

describe.each(['before', 'after'])('with its ScheduleModule imported %s ours', (order) => {
  const imports = (ours: DynamicModule, stock: DynamicModule) =>
    order === 'before' ? [stock, ours] : [ours, stock];

  it('each job runs once, and its registry shows them: in local mode', async () => {
    vi.useFakeTimers();
    const { Clocks, stock } = hostOf(copy);
    const made = await Test.createTestingModule({
      imports: imports(TasksModule.forRoot({ store: 'memory' }), stock),
      providers: [Clocks],
    }).compile();
    const app = await made.init();
    const { registry } = app.get(Clocks);
    expect(registry.getCronJob('second').isActive).toBe(true);
    expect(registry.getIntervals()).toEqual(['often']);
    vi.advanceTimersByTime(2_000);
    expect(calls.toSorted()).toEqual(['often', 'often', 'second', 'second']);
    await app.close();
  });

  it('each job runs once, and its registry shows them: in a cluster', async () => {
    const { Clocks, stock } = hostOf(copy);
    const made = await Test.createTestingModule({
      imports: imports(TasksTestingModule.forRoot(), stock),
      providers: [Clocks],
    }).compile();
    const app = await made.init();
    expect([...app.get(Clocks).registry.getCronJobs().keys()]).toEqual(['second']);
    await app.get(TasksTesting).advance('2s');
    expect(calls.toSorted()).toEqual(['often', 'often', 'second', 'second']);
    await app.close();
  });
});
