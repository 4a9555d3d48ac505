import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import pg from 'pg';
import { joinEmbeddedPostgres } from '../../src/embedded-postgres/embedded-postgres.js';
import { NodeStatus, Task, TaskContext, TasksModule, TasksService } from '../../src/tasks/index.js';

/**
 * A thousand daily jobs that one outage made late, caught up on beside a job of every 100 ms: how late
 * does that one start, before the outage and while they run?
 */
const JOBS = 1_000;
const BEFORE_MS = 8_000;
const BUDGET_MS = 100;

const late: number[] = [];
let caughtUp = 0;

@Injectable()
class Tasks {
  @Task('live')
  live(): void {
    late.push(Date.now() - TaskContext.current()!.fireAt.getTime());
  }

  @Task('daily')
  daily(): void {
    caughtUp++;
  }
}

export async function run(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-bench-'));
  const server = await joinEmbeddedPostgres({ dataDir: folder, log: () => undefined });
  try {
    return await measure(server.url);
  } finally {
    await server.release();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(databaseUrl: string): Promise<boolean> {
  const before = await start(databaseUrl);
  const tasks = before.get(TasksService);
  for (let n = 0; n < JOBS; n++) {
    const trigger = { type: 'cron', expression: '0 0 * * *', timeZone: 'UTC' } as const;
    await tasks.addJob({ id: `daily-${n}`, task: 'daily', trigger, misfireGraceMs: null });
  }
  const trigger = { type: 'interval', milliseconds: 100 } as const;
  await tasks.addJob({
    id: 'live',
    task: 'live',
    trigger,
    overlap: 'allow',
    misfireGraceMs: 1_000,
  });
  await sleep(2_000);
  late.length = 0;
  await sleep(BEFORE_MS);
  const calm = late.splice(0);
  await before.close();
  await missTheLastMidnight(databaseUrl);

  const after = await start(databaseUrl);
  while (caughtUp === 0) await sleep(5);
  const since = performance.now();
  // What was due while the node was down is late, and not for the sake of the others.
  late.length = 0;
  while (caughtUp < JOBS) await sleep(5);
  const seconds = (performance.now() - since) / 1_000;
  const busy = late.splice(0);
  await after.close();

  console.log(
    `\nA job of every 100 ms beside ${JOBS} missed ones, caught up on in ${seconds.toFixed(1)} s`,
  );
  console.log(`before: ${figures(calm)}`);
  console.log(`during: ${figures(busy)}`);
  const isKept = quantile(busy, 0.99) - quantile(calm, 0.5) <= BUDGET_MS;
  console.log(`budget: p99 during no more than ${BUDGET_MS} ms later${isKept ? '' : ' NOT KEPT'}`);
  return isKept;
}

async function start(databaseUrl: string) {
  // A module of its own each time: Nest would give the first one's database to the second.
  @Module({ imports: [TasksModule.forRoot({ databaseUrl })], providers: [Tasks] })
  class Bench {}
  const app = await NestFactory.createApplicationContext(Bench, { logger: false });
  while (!app.get(NodeStatus).running) await sleep(5);
  return app;
}

/** As if every node had been down at that time. */
async function missTheLastMidnight(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    `UPDATE carillon.job_plans SET next_fire_at = next_fire_at - interval '1 day'
     WHERE job_id LIKE 'daily-%'`,
  );
  await client.end();
}

const quantile = (values: readonly number[], q: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ??
  NaN;

const figures = (values: readonly number[]) =>
  `${values.length} starts, p50 ${quantile(values, 0.5)} ms, p99 ${quantile(values, 0.99)} ms, ` +
  `max ${Math.max(...values)} ms late`;
