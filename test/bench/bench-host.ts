import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import pg from 'pg';
import {
  NodeStatus,
  Task,
  TaskContext,
  TasksModule,
  TasksService,
  type TasksModuleOptions,
} from '../../src/tasks/index.js';
import { migrate } from '../../src/tasks/store/postgres/migrate.js';
import { PostgresServer, usualServer } from '../chaos/postgres-server.js';

/** What each call of a handler tells. */
export type Told = (fireAt: Date) => void;

/** A node of this process on a database. */
export interface BenchHost {
  readonly tasks: TasksService;
  /** Hears of each call from now on. */
  hear(told: Told): void;
  close(): Promise<void>;
}

/**
 * @param concurrency how many runs at once
 * @param told hears of calls from the first one on: what is due is called as soon as the node is ready
 */
export async function benchHost(
  databaseUrl: string,
  concurrency: number,
  options: Partial<TasksModuleOptions> = {},
  told: Told = () => undefined,
): Promise<BenchHost> {
  @Injectable()
  class Nothing {
    /** No work at all: what is measured is ours. */
    @Task('nothing')
    run(_payload: unknown, { fireAt }: TaskContext): void {
      told(fireAt);
    }
  }

  @Module({
    imports: [TasksModule.forRoot({ databaseUrl, concurrency, ...options })],
    providers: [Nothing],
  })
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
  /** Of the server, and where it is from. */
  readonly version: string;
  /** Of the server. */
  readonly pid: number;
  readonly query: <Row extends pg.QueryResultRow>(
    sql: string,
    values?: readonly unknown[],
  ) => Promise<Row[]>;
  /** Asks again until there is a row. @throws Error that names what did not come for a minute */
  readonly until: <Row extends pg.QueryResultRow>(
    what: string,
    sql: string,
    ...values: readonly unknown[]
  ) => Promise<Row[]>;
  /** A further database of this server, with our tables, for as long as this one is there. */
  another(name: string): Promise<Pick<BenchDatabase, 'url' | 'query'>>;
  remove(): Promise<void>;
}

const ASK_EVERY_MS = 10;

export async function benchDatabase(): Promise<BenchDatabase> {
  const server = await PostgresServer.start(usualServer());
  await migrate(server.url, 'carillon');
  const pools: pg.Pool[] = [];
  const asks = (url: string): BenchDatabase['query'] => {
    const pool = new pg.Pool({ connectionString: url, max: 2 });
    pools.push(pool);
    return async (sql, values = []) => (await pool.query<never>(sql, [...values])).rows;
  };
  const query = asks(server.url);
  await haveLogFiles(query);
  return {
    url: server.url,
    ...(await about(query)),
    query,
    until: async (what, sql, ...values) => {
      for (let tries = 0; tries < 60_000 / ASK_EVERY_MS; tries++) {
        const rows = await query<never>(sql, values);
        if (rows.length > 0) return rows;
        await new Promise((again) => setTimeout(again, ASK_EVERY_MS));
      }
      throw new Error(`${what} did not come within a minute`);
    },
    another: async (name) => {
      await query(`CREATE DATABASE ${name}`);
      const own = new URL(server.url);
      own.pathname = `/${name}`;
      await migrate(own.href, 'carillon');
      return { url: own.href, query: asks(own.href) };
    },
    remove: async () => {
      await Promise.all(pools.map((pool) => pool.end()));
      await server.remove();
    },
  };
}

/** The server keeps so many files of its log for use again, with `min_wal_size` as it is by default. */
const LOG_FILES = 5;

/**
 * A server that has run for a while writes into files that it has. A new one makes each file of 16 MB when it needs it, and
 * all commits wait for that: a tenth of a second and more, every half a minute.
 */
async function haveLogFiles(query: BenchDatabase['query']): Promise<void> {
  for (let n = 0; n < LOG_FILES; n++) {
    await query(`SELECT pg_logical_emit_message(false, 'bench', 'something to write')`);
    await query('SELECT pg_switch_wal()');
  }
  await query('CHECKPOINT');
}

/** Asked of the server itself: it may be one of the system's packages. */
async function about(query: BenchDatabase['query']): Promise<{ version: string; pid: number }> {
  const [row] = await query<{ version: string; jit: string; folder: string }>(
    `SELECT current_setting('server_version') AS version, current_setting('jit') AS jit,
            current_setting('data_directory') AS folder`,
  );
  const { version, jit, folder } = row!;
  const pid = Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
  return { version: `PostgreSQL ${version} (jit ${jit})`, pid };
}

/** So many jobs, as if somebody had added them, none of which is due before the end of the century. */
export async function storeLater(query: BenchDatabase['query'], jobs: number): Promise<void> {
  await query(
    `WITH made AS (
       INSERT INTO carillon.jobs
         (id, name, task, trigger, coalesce, overlap, max_instances, misfire_grace_ms, origin,
          state, created_at, updated_at)
       SELECT 'stored-' || n, 'stored', 'nothing',
              '{"type": "date", "at": "2099-01-01T00:00:00.000Z"}', 'latest', 'skip', 1, 86400000,
              'api', 'active', now(), now()
       FROM generate_series(1, $1::int) AS n
       RETURNING id)
     INSERT INTO carillon.job_plans (job_id, next_fire_at, revision)
     SELECT id, timestamptz '2099-01-01T00:00:00Z', 1 FROM made`,
    [jobs],
  );
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
