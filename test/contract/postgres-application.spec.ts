import { Injectable, type INestApplication, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TasksHealthModule } from '../../src/tasks/http/index.js';
import { NodeStatus, Task, TasksModule, TasksService } from '../../src/tasks/index.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';

const HEARTBEAT_MS = 500;

@Injectable()
class Reports {
  @Task('send-report')
  send(): void {}
}

@Injectable()
class Invoices {
  @Task('send-invoice')
  send(): void {}
}

let database: TestDatabase;
let apps: INestApplication[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await Promise.all(apps.map((app) => app.close()));
  apps = [];
});
afterAll(() => database.drop());

/** A whole node on the real database, in this process. */
async function start(nodeName: string, ...providers: Type[]): Promise<INestApplication> {
  const options = {
    databaseUrl: database.url,
    nodeName,
    heartbeatMs: HEARTBEAT_MS,
    leaseMs: 1_500,
  };
  const imports = [TasksModule.forRoot(options), TasksHealthModule];
  const compiled = await Test.createTestingModule({ imports, providers }).compile();
  const app = compiled.createNestApplication({ logger: false });
  apps.push(app);
  await app.init();
  const status = app.get(NodeStatus);
  await until(`${nodeName} is at work`, () => status.running);
  return app;
}

const runsOf = async (app: INestApplication, job: string) =>
  (await app.get(TasksService).getRuns({ job })).items;

const ready = async (app: INestApplication) => {
  const answer = await request(app.getHttpServer() as never).get('/health/ready');
  return answer.body as { status: string };
};

describe('a job added in the caller’s transaction', () => {
  it('never was when that is rolled back, and fires on time when it commits', async () => {
    const app = await start('north', Reports);
    const tasks = app.get(TasksService);
    const host = await new DataSource({ type: 'postgres', url: database.url }).initialize();
    const trigger = { type: 'interval', milliseconds: 300 } as const;

    const rolledBack = host.transaction(async (manager) => {
      await tasks.addJob({ id: 'undone', task: 'send-report', trigger }, { manager });
      throw new Error('changed my mind');
    });
    await expect(rolledBack).rejects.toThrow('changed my mind');
    await host.transaction((manager) =>
      tasks.addJob({ id: 'done', task: 'send-report', trigger }, { manager }),
    );
    await host.destroy();

    const runs = await until('three runs', async () => {
      const ended = (await runsOf(app, 'done')).filter(({ state }) => state === 'succeeded');
      return ended.length >= 3 ? ended : null;
    });
    for (const { startedAt, fireAt } of runs) {
      expect(startedAt!.getTime() - fireAt.getTime()).toBeLessThan(300);
    }
    await expect(tasks.getJob('undone')).rejects.toThrow('undone');
    expect(await runsOf(app, 'undone')).toEqual([]);
    await tasks.removeJob('done');
  });
});

describe('a task that no live worker knows', () => {
  it('is named by the readiness within two heartbeats; its runs wait until one comes', async () => {
    const north = await start('north', Reports);
    const south = await start('south', Invoices);
    const trigger = { type: 'interval', milliseconds: 200 } as const;
    const buffering = { overlap: 'buffer-all', bufferLimit: 5 } as const;
    await south
      .get(TasksService)
      .addJob({ id: 'invoices', task: 'send-invoice', trigger, ...buffering });
    await until('a run', async () =>
      (await runsOf(north, 'invoices')).some(({ state }) => state === 'succeeded'),
    );
    expect(await ready(north)).toMatchObject({ status: 'ok' });

    await south.close();
    const goneAt = performance.now();
    await until('a degraded readiness', async () => (await ready(north)).status === 'degraded');
    // Two heartbeats, and what a busy machine adds.
    expect(performance.now() - goneAt).toBeLessThan(2 * HEARTBEAT_MS + 1_000);
    expect(JSON.stringify(await ready(north))).toContain('no live worker knows send-invoice');
    const waiting = await until('a run that waits', async () =>
      (await runsOf(north, 'invoices')).find(({ state }) => state === 'pending'),
    );

    await start('south', Invoices);
    await until('the run that waited', async () => {
      const { state } = await north.get(TasksService).getRun(waiting.id);
      return state === 'succeeded';
    });
    await until('a readiness that lacks nothing', async () => (await ready(north)).status === 'ok');
  });
});
