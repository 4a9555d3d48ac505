import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import pg from 'pg';
import { NodeStatus, Task, TaskContext, TasksModule, TasksService } from '../../src/tasks/index.js';
import { migrate } from '../../src/tasks/store/typeorm/migrate.js';
import { PostgresServer } from '../chaos/postgres-server.js';

/** What each call of a handler tells. */
export type Told = (fireAt: Date) => void;

/** A node of this process on a database. */
export interface BenchHost {
  readonly tasks: TasksService;
  /** Hears of each call from now on. */
  hear(told: Told): void;
  close(): Promise<void>;
}

/** @param concurrency how many runs at once */
export async function benchHost(databaseUrl: string, concurrency: number): Promise<BenchHost> {
  let told: Told = () => undefined;

  @Injectable()
  class Nothing {
    /** No work at all: what is measured is ours. */
    @Task('nothing')
    run(_payload: unknown, { fireAt }: TaskContext): void {
      told(fireAt);
    }
  }

  @Module({ imports: [TasksModule.forRoot({ databaseUrl, concurrency })], providers: [Nothing] })
  class BenchModule {}

  const app = await NestFactory.createApplicationContext(BenchModule, { logger: ['error'] });
  const status = app.get(NodeStatus);
  while (status.notReady !== null) await new Promise((again) => setTimeout(again, 10));
  return {
    tasks: app.get(TasksService),
    hear: (listener) => (told = listener),
    close: () => app.close(),
  };
}

/** A durable PostgreSQL with our tables. */
export interface BenchDatabase {
  readonly url: string;
  readonly query: <Row extends pg.QueryResultRow>(
    sql: string,
    values?: readonly unknown[],
  ) => Promise<Row[]>;
  remove(): Promise<void>;
}

export async function benchDatabase(): Promise<BenchDatabase> {
  const server = await PostgresServer.start();
  await migrate(server.url, 'carillon');
  const pool = new pg.Pool({ connectionString: server.url, max: 2 });
  return {
    url: server.url,
    query: async <Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []) =>
      (await pool.query<Row>(sql, [...values])).rows,
    remove: async () => {
      await pool.end();
      await server.remove();
    },
  };
}

/** Makes runs that may start `inMs` from now, as if somebody had asked for each. */
export async function enqueue(
  { query }: Pick<BenchDatabase, 'query'>,
  count: number,
  inMs = 0,
): Promise<void> {
  await query(
    `INSERT INTO carillon.runs
       (job_id, task, fire_at, run_at, cause, state, queued, priority, created_at, attempt)
     SELECT 'bench', 'nothing', at, at, 'manual', 'pending', true, 0, at, 0
     FROM generate_series(1, $1::int),
          date_trunc('milliseconds', clock_timestamp() + $2 * interval '1 millisecond') AS at`,
    [count, inMs],
  );
  await query(`SELECT pg_notify('carillon_wake', 'runs')`);
}

/** Resolves when no run waits or works. */
export async function drained({ query }: Pick<BenchDatabase, 'query'>): Promise<void> {
  const sql = `SELECT EXISTS (SELECT 1 FROM carillon.runs WHERE queued)
                   OR EXISTS (SELECT 1 FROM carillon.runs WHERE state = 'running') AS busy`;
  for (;;) {
    const [row] = await query<{ busy: boolean }>(sql);
    if (row?.busy === false) return;
    await new Promise((again) => setTimeout(again, 20));
  }
}
