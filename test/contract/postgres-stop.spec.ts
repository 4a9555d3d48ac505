import { Injectable, type INestApplication, type LoggerService } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NodeStatus, Task, TasksModule, TasksService } from '../../src/tasks/index.js';
import type { TasksModuleOptions } from '../../src/tasks/tasks.module.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { Relay } from '../support/relay.js';
import { until } from '../support/until.js';

const GRACE_MS = 300;
/** What the documentation of the stop says. */
const MAX_MS = GRACE_MS + 10_000;
/** A beginning that is cut short has nothing to wait for. */
const CUT_SHORT_MS = 3_000;

@Injectable()
class Reports {
  @Interval(3_600_000)
  hourly(): void {}

  @Task('stuck')
  stuck(): Promise<never> {
    return new Promise(() => undefined);
  }

  @Task('quick')
  quick(): void {}
}

let database: TestDatabase;
let relay: Relay;
let app: INestApplication;

async function create(
  options: Partial<TasksModuleOptions> = {},
  logger: LoggerService | false = false,
): Promise<INestApplication> {
  const all = { databaseUrl: relay.url, shutdownGraceMs: GRACE_MS, heartbeatMs: 300, ...options };
  const compiled = await Test.createTestingModule({
    imports: [TasksModule.forRoot(all)],
    providers: [Reports],
  }).compile();
  app = compiled.createNestApplication({ logger });
  return app;
}

async function init(options: Partial<TasksModuleOptions> = {}): Promise<void> {
  await (await create(options)).init();
}

/** @returns after how many ms the application has ended */
async function close(): Promise<number> {
  const askedAt = performance.now();
  await app.close();
  return performance.now() - askedAt;
}

const atWork = () => until('the node at work', () => app.get(NodeStatus).running);
const gone = () => until('that nothing is left open', () => relay.users === 0, 5_000);

beforeEach(async () => {
  database = await createTestDatabase();
  relay = await Relay.to(database.url);
});
afterEach(async () => {
  await relay.close();
  await database.drop();
});

describe('an application whose packets vanish', () => {
  it.each([
    ['its server is asked what it is', 'pg_is_in_recovery'],
    ['it waits for its turn to migrate', 'pg_try_advisory_xact_lock'],
    ['it looks whether a migration is missing', '"migrations"'],
    ['it opens the connections of its API', 'carillon:api'],
    ['it registers its node', 'INSERT INTO "carillon".nodes'],
    ['it declares its jobs', 'Reports.hourly'],
  ])('while %s ends at once', async (_when, text) => {
    relay.vanishAt(text);
    await init();
    await until('the black hole', () => relay.hasVanished);
    expect(await close()).toBeLessThan(CUT_SHORT_MS);
    await gone();
  });

  it('in the midst of a migration ends at once', async () => {
    await relay.close();
    await database.drop();
    database = await createEmptyDatabase();
    relay = await Relay.to(database.url);
    relay.vanishAt('CREATE TABLE "carillon".runs');
    await init();
    await until('the black hole', () => relay.hasVanished);
    expect(await close()).toBeLessThan(CUT_SHORT_MS);
    await gone();
  });

  it('while the host prepares ends at once, also if that never does', async () => {
    let isAsked = false;
    await init({
      prepare: () => {
        isAsked = true;
        relay.vanish();
        return new Promise(() => undefined);
      },
    });
    await until('the question', () => isAsked);
    expect(await close()).toBeLessThan(CUT_SHORT_MS);
    await gone();
  });

  it('while it is at work ends within the grace and ten seconds', async () => {
    await init();
    await atWork();
    const tasks = app.get(TasksService);
    const trigger = { type: 'date', at: '2090-01-01T00:00:00Z' } as const;
    await tasks.addJob({ id: 'stuck', task: 'stuck', trigger });
    await tasks.runJob('stuck');
    const running = async () =>
      (await tasks.getRuns({ job: 'stuck', state: 'running' })).items.length > 0;
    await until('a run', running);
    relay.vanish();
    expect(await close()).toBeLessThan(MAX_MS);
    await gone();
  });

  it('while a request waits for its answer ends within the grace and ten seconds', async () => {
    await init();
    await atWork();
    const tasks = app.get(TasksService);
    relay.vanish();
    const asked = tasks.getJobs().then(
      () => 'answered',
      () => 'refused',
    );
    expect(await close()).toBeLessThan(MAX_MS);
    expect(await asked).toBe('refused');
    await gone();
  });

  it('can be started anew when they come through again', async () => {
    await init();
    await atWork();
    relay.vanish();
    const tasks = app.get(TasksService);
    await tasks.shutdown();
    await relay.close();
    await relay.restore();
    tasks.start();
    await atWork();
    await close();
    await gone();
  });
});

describe('an application that does not listen for signals', () => {
  const warned = async (before: () => void) => {
    const warnings: unknown[] = [];
    const log = () => undefined;
    const warn = (message: unknown) => void warnings.push(message);
    await create({}, { log, error: log, debug: log, warn });
    before();
    await app.init();
    await atWork();
    await app.get(TasksService).shutdown();
    app.get(TasksService).start();
    await atWork();
    await close();
    return warnings.filter((message) => String(message).includes('SIGTERM'));
  };

  it('is told so once, with the remedy', async () => {
    const others = process.rawListeners('SIGTERM') as NodeJS.SignalsListener[];
    process.removeAllListeners('SIGTERM');
    try {
      expect(await warned(() => undefined)).toEqual([
        expect.stringContaining('Call app.enableShutdownHooks()'),
      ]);
      expect(await warned(() => app.enableShutdownHooks(['SIGTERM']))).toEqual([]);
    } finally {
      for (const listener of others) process.on('SIGTERM', listener);
    }
  });
});
