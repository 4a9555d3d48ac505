import { Injectable, type INestApplication, type LoggerService } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { NodeStatus, Task, TasksModule, TasksService } from '../../src/tasks/index.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';

const OURS = ['Tasks', 'TaskExplorer', 'ScheduleNeutraliser'];
const CONCURRENCY = 2;

@Injectable()
class Reports {
  @Task('send-report')
  send(): string {
    return 'sent';
  }
}

let database: TestDatabase;
let app: INestApplication | undefined;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  await database.query('TRUNCATE carillon.runs');
});
afterAll(() => database.drop());

/** A host whose logger fails at each line of ours. */
async function startWith(fail: () => unknown): Promise<INestApplication> {
  const write = (_message: unknown, ...more: unknown[]) => {
    if (OURS.includes(String(more.at(-1)))) return fail();
    return undefined;
  };
  const logger: LoggerService = { log: write, error: write, warn: write, debug: write };
  const imports = [
    TasksModule.forRoot({
      databaseUrl: database.url,
      concurrency: CONCURRENCY,
      heartbeatMs: 300,
      leaseMs: 1_500,
      deadAfterMs: 2_000,
    }),
  ];
  const compiled = await Test.createTestingModule({ imports, providers: [Reports] }).compile();
  const made = compiled.createNestApplication({ logger });
  app = made;
  await made.init();
  await until('the node at work', () => made.get(NodeStatus).running);
  return made;
}

const loggers: Record<string, () => unknown> = {
  throws: () => {
    throw new Error('the disk is full');
  },
  // An unhandled rejection fails the test as it ends a process.
  rejects: () => Promise.reject(new Error('the collector is away')),
};

it.each(Object.entries(loggers))(
  'a logger that %s costs no run and no slot',
  async (_how, fail) => {
    const made = await startWith(fail);
    const tasks = made.get(TasksService);
    const trigger = { type: 'date', at: '2090-01-01T00:00:00Z' } as const;
    const job = { id: 'report', task: 'send-report', trigger, maxInstances: 20 } as const;
    await tasks.addJob(job);
    // More than there are slots: each is given back.
    for (let n = 0; n < 4 * CONCURRENCY; n++) await tasks.runJob('report');
    await until('all runs', async () => {
      const { items } = await tasks.getRuns({ job: 'report', state: 'succeeded' });
      return items.length === 4 * CONCURRENCY;
    });
    expect(made.get(NodeStatus)).toMatchObject({ running: true, notReady: null });
    await tasks.removeJob('report');
  },
);

it('a loop that fails goes on although it cannot tell so', async () => {
  const made = await startWith(loggers['throws']!);
  const tasks = made.get(TasksService);
  const trigger = { type: 'interval', milliseconds: 200 } as const;
  // Every loop fails for a while.
  await database.query('ALTER SCHEMA carillon RENAME TO away');
  await until(
    'a node that says so',
    () => !made.get(NodeStatus).running || made.get(NodeStatus).notReady !== null,
  );
  await database.query('ALTER SCHEMA away RENAME TO carillon');
  await tasks.addJob({ id: 'often', task: 'send-report', trigger });
  await until('runs as before', async () => {
    const { items } = await tasks.getRuns({ job: 'often', state: 'succeeded' });
    return items.length >= 3;
  });
  expect(made.get(NodeStatus)).toMatchObject({ running: true, notReady: null });
  await tasks.removeJob('often');
});
