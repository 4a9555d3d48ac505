/** `disabled` in a cluster: not on this node. */
import { Injectable, type Type } from '@nestjs/common';
import { Cron, SchedulerRegistry } from '@nestjs/schedule';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { NodeStatus, TasksService } from '../../src/tasks/index.js';
import { until } from '../support/until.js';
import { TasksTesting, TasksTestingModule } from '../../src/tasks/testing/index.js';

const calls: string[] = [];
let apps: TestingModule[] = [];
let tasks: TasksTesting;

/** The class as one process of a host has it, whose environment decides. */
function reportsOf(instance: string, disabled: boolean): Type {
  @Injectable()
  class Reports {
    @Cron('* * * * *', { name: 'report', disabled, utcOffset: 0 })
    write(): void {
      calls.push(instance);
    }
  }
  return Reports;
}

/** Processes of one cluster, and on which of them the job is disabled. */
async function startCluster(...disabled: readonly boolean[]): Promise<void> {
  for (const [instance, off] of disabled.entries()) {
    const shared = instance === 0 ? {} : { database: tasks.database, clock: tasks.clock };
    const app = await Test.createTestingModule({
      imports: [TasksTestingModule.forRoot({ now: '2026-03-02T12:00:30.000Z', ...shared })],
      providers: [reportsOf(String(instance), off)],
    }).compile();
    await app.init();
    apps.push(app);
    // The first one leads.
    tasks = apps[0]!.get(TasksTesting);
    await until('the node at work', () =>
      tasks.clock.settle().then(() => app.get(NodeStatus).running),
    );
  }
}

const report = () => apps[0]!.get(TasksService).getJob('report');
const cronJob = (instance: number) => apps[instance]!.get(SchedulerRegistry).getCronJob('report');

afterEach(async () => {
  for (const app of apps) await app.close();
  apps = [];
  calls.length = 0;
});

describe('a job that is disabled on all processes but one', () => {
  it.each([
    ['first', [false, true, true], '0'],
    ['last', [true, true, false], '2'],
  ] as const)('runs on that one alone, which starts %s', async (_when, disabled, runner) => {
    await startCluster(...disabled);
    expect(await report()).toMatchObject({ state: 'active' });
    await tasks.advance('10m');
    expect(calls).toHaveLength(10);
    expect(new Set(calls)).toEqual(new Set([runner]));
  });

  it('is active in the registry of that one alone', async () => {
    await startCluster(false, true);
    await tasks.advance('1m');
    expect([0, 1].map((instance) => cronJob(instance).isActive)).toEqual([true, false]);
  });
});

describe('a job that is disabled on all processes', () => {
  it('is paused, and says why', async () => {
    await startCluster(true, true);
    await tasks.advance('5m');
    expect(await report()).toMatchObject({ state: 'paused', pauseReason: 'disabled in code' });
    expect(calls).toEqual([]);
  });

  it('is run by whoever starts it in code, and by no other', async () => {
    await startCluster(true, true);
    cronJob(1).start();
    await tasks.advance('1s');
    expect(await report()).toMatchObject({ state: 'active' });
    await tasks.advance('5m');
    expect(calls).toEqual(['1', '1', '1', '1', '1']);
  });

  it('runs when somebody asks for it', async () => {
    await startCluster(true);
    await apps[0]!.get(TasksService).runJob('report');
    await tasks.advance('1s');
    expect(calls).toEqual(['0']);
  });
});
