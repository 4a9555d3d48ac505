import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NodeStatus, Task, TasksModule, TasksService } from '../../src/tasks/index.js';
import { DataSource } from 'typeorm';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';

/** Calls that come before the node is at work, or before there is a database at all. */

const trigger = { type: 'interval', milliseconds: 200 } as const;

let database: TestDatabase;
let app: TestingModule | null = null;

beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await app?.close();
  app = null;
  await database.drop();
});

@Injectable()
class Reminders implements OnModuleInit, OnApplicationBootstrap {
  constructor(@Inject(TasksService) private readonly tasks: TasksService) {}

  @Task('remind')
  remind(): string {
    return 'reminded';
  }

  async onModuleInit(): Promise<void> {
    await this.tasks.addJob({ id: 'at-init', task: 'remind', trigger }, { conflict: 'keep' });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.tasks.addJob({ id: 'at-bootstrap', task: 'remind', trigger });
  }
}

const make = (databaseUrl: string, providers = [Reminders], options = {}) =>
  Test.createTestingModule({
    imports: [TasksModule.forRoot({ databaseUrl, ...options })],
    providers,
  }).compile();

describe('a host that adds jobs while it starts', () => {
  it('finds the database reached, and its jobs run', async () => {
    app = await make(database.url);
    await app.init();
    const tasks = app.get(TasksService);
    await tasks.addJob({ id: 'after-init', task: 'remind', trigger });
    await tasks.ready();
    expect(app.get(NodeStatus).running).toBe(true);
    for (const job of ['at-init', 'at-bootstrap', 'after-init'])
      await until(`a run of ${job}`, async () => {
        const { items } = await tasks.getRuns({ job, state: 'succeeded' });
        return items.length > 0;
      });
  });

  it('may do so in a transaction of its own, before our tables are there', async () => {
    const empty = await createEmptyDatabase();
    const own = await new DataSource({ type: 'postgres', url: empty.url }).initialize();
    try {
      app = await make(empty.url);
      const tasks = app.get(TasksService);
      await own.transaction((manager) =>
        tasks.addJob({ id: 'inside', task: 'remind', trigger }, { manager }),
      );
      expect((await tasks.getJob('inside')).state).toBe('active');
    } finally {
      await app?.close();
      app = null;
      await own.destroy();
      await empty.drop();
    }
  });

  it('may name a task that nobody knows, and hears which there are', async () => {
    app = await make(database.url, []);
    await expect(
      app.get(TasksService).addJob({ id: 'a', task: 'unheard-of', trigger }),
    ).rejects.toThrow(/No live node knows the task "unheard-of"/);
  });
});

describe('a database that is not there', () => {
  const missing = () => `${database.url}_later`;

  it('is waited for, however often it takes', async () => {
    app = await make(missing(), []);
    const asked = app.get(TasksService).getJobs();
    const name = new URL(missing()).pathname.slice(1);
    await database.query(`CREATE DATABASE ${name}`);
    try {
      expect((await asked).items).toEqual([]);
    } finally {
      await app.close();
      app = null;
      await database.query(`DROP DATABASE ${name} WITH (FORCE)`);
    }
  });

  it('is waited for no longer than startTimeoutMs, and the reason is told', async () => {
    app = await make(missing(), [], { startTimeoutMs: 300 });
    await expect(app.get(TasksService).getJobs()).rejects.toThrow(
      /not been reached within 300 ms \(.*_later.*\).*startTimeoutMs/s,
    );
  });

  it('keeps nobody waiting when the application closes', async () => {
    app = await make(missing(), []);
    await app.init();
    const tasks = app.get(TasksService);
    const waiting = [tasks.getJobs(), tasks.ready()];
    const outcomes = Promise.allSettled(waiting);
    await app.close();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
