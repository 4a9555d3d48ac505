import { Injectable, type INestApplication } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TasksHealthModule } from '../../src/tasks/http/index.js';
import { NodeStatus, TasksModule, type TasksModuleOptions } from '../../src/tasks/index.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { Relay } from '../support/relay.js';
import { until } from '../support/until.js';

/** Who cannot fire does not lead, and says so. */

const LEASE_MS = 1_500;

@Injectable()
class EverySecond {
  @Interval('every-second', 1_000)
  run(): void {}
}

let database: TestDatabase;
let relay: Relay;
let apps: INestApplication[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
  relay = await Relay.to(database.url);
});
afterEach(async () => {
  await Promise.all(apps.map((app) => app.close()));
  apps = [];
  await relay.close();
  await database.drop();
});

async function start(
  nodeName: string,
  options: Partial<TasksModuleOptions>,
): Promise<INestApplication> {
  const times = { leaseMs: LEASE_MS, heartbeatMs: 500, deadAfterMs: 3_000, nodeName };
  const imports = [
    TasksModule.forRoot({ databaseUrl: database.url, ...times, ...options }),
    TasksHealthModule,
  ];
  const compiled = await Test.createTestingModule({ imports, providers: [EverySecond] }).compile();
  const app = compiled.createNestApplication({ logger: false });
  apps.push(app);
  await app.init();
  await until(`${nodeName} is at work`, () => app.get(NodeStatus).running);
  return app;
}

const leads = (app: INestApplication) => () => app.get(NodeStatus).isLeader;

const ready = async (app: INestApplication) => {
  const answer = await request(app.getHttpServer() as never).get('/health/ready');
  const { details } = answer.body as { details?: { scheduler?: { message?: string } } };
  return {
    status: answer.status,
    message: details?.scheduler?.message ?? JSON.stringify(answer.body),
  };
};

describe('a leader whose way to fire is cut, and whose direct way is not', () => {
  it('is replaced within its lease and a second, and says that it is not ready', async () => {
    const north = await start('north', {
      databaseUrl: relay.url,
      directDatabaseUrl: database.url,
    });
    await until('north leads', leads(north));
    const south = await start('south', {});
    const cutAt = Date.now();
    await relay.cut();
    await until('south leads', leads(south));
    expect(Date.now() - cutAt).toBeLessThan(LEASE_MS + 1_000);
    await until('north says so', async () => (await ready(north)).status === 503);
    expect((await ready(south)).status).toBe(200);
    await relay.restore();
    await until('north is well again', async () => (await ready(north)).status === 200);
  });
});

describe('a leader that may not fire any more', () => {
  it('gives the lock back after a lease, and everybody says that nobody leads', async () => {
    const north = await start('north', {});
    await until('north leads', leads(north));
    await database.query(`ALTER TABLE carillon.job_plans RENAME TO elsewhere`);
    await until('north gives up', () => !leads(north)());
    await until('it says so', async () =>
      /fails|no node has led/.test((await ready(north)).message),
    );
    expect((await ready(north)).status).toBe(503);
    await database.query(`ALTER TABLE carillon.elsewhere RENAME TO job_plans`);
    await until('north leads again', leads(north));
    await until('it is ready', async () => (await ready(north)).status === 200);
  });
});

describe('a cluster in which nobody can lead', () => {
  it('is told by the readiness of its workers', async () => {
    const worker = await start('worker', { roles: ['worker'] });
    await until('it says so', async () => (await ready(worker)).status === 503);
    expect((await ready(worker)).message).toContain('no node has led for');
    await start('scheduler', { roles: ['scheduler'] });
    await until('it is ready', async () => (await ready(worker)).status === 200);
  });
});
