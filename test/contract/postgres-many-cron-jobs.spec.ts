import { SchedulerRegistry } from '@nestjs/schedule';
import { Test, type TestingModule } from '@nestjs/testing';
import { CronJob } from 'cron';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TasksModule, TasksService } from '../../src/tasks/index.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';

/** A reminder for each user, as hosts of `@nestjs/schedule` make them. */
const JOBS = 300;

let database: TestDatabase;
let app: TestingModule | null = null;

beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await app?.close();
  await database.drop();
});

const written = async () => {
  const [row] = await database.query<{ n: number }>(
    `SELECT (xact_commit + xact_rollback)::int AS n FROM pg_stat_database
     WHERE datname = current_database()`,
  );
  return row!.n;
};

it('hundreds of cron jobs are added in a few transactions each', async () => {
  const imports = [TasksModule.forRoot({ databaseUrl: database.url })];
  app = await Test.createTestingModule({ imports }).compile();
  await app.init();
  const tasks = app.get(TasksService);
  await tasks.ready();
  const registry = app.get(SchedulerRegistry);
  const before = await written();
  for (let n = 0; n < JOBS; n++) {
    const job = CronJob.from({ cronTime: '0 9 * * *', onTick: () => undefined, start: true });
    registry.addCronJob(`reminder ${n}`, job);
  }
  const stored = `SELECT count(*)::int AS n FROM carillon.jobs`;
  await until('all of them', async () => {
    const [row] = await database.query<{ n: number }>(stored);
    return row!.n === JOBS;
  });
  expect((await written()) - before).toBeLessThan(4 * JOBS);
});
