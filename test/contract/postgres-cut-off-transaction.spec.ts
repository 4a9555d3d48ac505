import { Injectable, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { NodeStatus, Task, TaskContext, TasksModule, TasksService } from '../../src/tasks/index.js';
import type { Role } from '../../src/tasks/tasks.options.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { Relay } from '../support/relay.js';
import { until } from '../support/until.js';

const DEAD_AFTER_MS = 3_000;
/** What is promised beyond that, and what a busy machine adds. */
const FREED_WITHIN_MS = DEAD_AFTER_MS + 2_000 + 1_500;

/** Where packets vanish: in the midst of the first attempt, or with its commit. */
let place: 'handler' | 'commit';

@Injectable()
class Imports {
  @Task('import')
  async run(_payload: unknown, { entityManager, attempt }: TaskContext): Promise<void> {
    await entityManager.query(`UPDATE orders SET by = $1`, [attempt]);
    if (attempt > 1) return;
    if (place === 'commit') return relay.vanishAt('COMMIT');
    relay.vanish();
    await entityManager.query('SELECT 1');
  }
}

let database: TestDatabase;
let relay: Relay;
let apps: INestApplication[];
let hosts: DataSource[];

beforeEach(async () => {
  database = await createTestDatabase();
  await database.query('CREATE TABLE orders (by int)');
  await database.query('INSERT INTO orders VALUES (0)');
  relay = await Relay.to(database.url);
  [apps, hosts] = [[], []];
});
afterEach(async () => {
  await Promise.all(apps.map((app) => app.close()));
  await relay.close();
  await Promise.all(hosts.map((host) => host.destroy()));
  await database.drop();
});

async function start(url: string, ...roles: Role[]): Promise<INestApplication> {
  const dataSource = await new DataSource({ type: 'postgres', url }).initialize();
  hosts.push(dataSource);
  const options = {
    databaseUrl: url,
    nodeName: roles.join(),
    dataSource,
    roles,
    leaseMs: 1_500,
    heartbeatMs: 500,
    deadAfterMs: DEAD_AFTER_MS,
    shutdownGraceMs: 100,
  };
  const compiled = await Test.createTestingModule({
    imports: [TasksModule.forRoot(options)],
    providers: [Imports],
  }).compile();
  const app = compiled.createNestApplication({ logger: false });
  apps.push(app);
  await app.init();
  await until('a node at work', () => app.get(NodeStatus).running);
  return app;
}

it.each(['handler', 'commit'] as const)(
  'a transaction that is cut off in its %s keeps nothing for longer than makes its node dead',
  async (where) => {
    place = where;
    const leader = await start(database.url, 'scheduler');
    await until('a leader', () => leader.get(NodeStatus).isLeader);
    const worker = await start(relay.url, 'worker');
    const tasks = leader.get(TasksService);
    const trigger = { type: 'date', at: '2090-01-01T00:00:00Z' } as const;
    const policy = { onCrash: 'rerun', transactional: true } as const;
    await tasks.addJob({ id: 'import', task: 'import', trigger, ...policy });
    const { id } = await tasks.runJob('import');
    await until('the black hole', () => relay.hasVanished);
    const cutOffAt = performance.now();
    await database.query('UPDATE orders SET by = by');
    const freedAfterMs = performance.now() - cutOffAt;
    // Not before: the node might live.
    expect(freedAfterMs).toBeGreaterThan(DEAD_AFTER_MS - 1_000);
    expect(freedAfterMs).toBeLessThan(FREED_WITHIN_MS);
    await start(database.url, 'worker');
    await until('the rerun', async () => (await tasks.getRun(id)).state === 'succeeded');
    expect(await database.query('SELECT by FROM orders')).toEqual([{ by: 2 }]);
    expect(worker.get(NodeStatus).running).toBe(true);
  },
);
