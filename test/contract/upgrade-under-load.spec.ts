/** A database of the first version, with jobs and runs, upgraded by a rolling restart while all of it is used. */
import { Injectable, Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Task, TaskContext, TasksModule } from '../../src/tasks/index.js';
import { SchemaName } from '../../src/tasks/store/postgres/schema-name.js';
import { SCHEMA_VERSION } from '../../src/tasks/store/postgres/migrations/index.js';
import { createEmptyDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';
import { migrateToVersionOne, VersionOneNode } from './fixtures/version-1.js';

const SCHEMA = new SchemaName('carillon');
const TASK = 'record';
const JOBS = Array.from({ length: 10 }, (_, n) => `every-second-${n}`);
const SECOND_MS = 1_000;
const OLD_RUNS = 20_000;

let database: TestDatabase;
let apps: INestApplicationContext[];
/** `job at fire time`, once for each call of a handler, whichever version called it. */
let called: string[];

beforeAll(async () => {
  apps = [];
  called = [];
  database = await createEmptyDatabase();
  await migrateToVersionOne(database.url, SCHEMA);
});
afterAll(async () => {
  await Promise.all(apps.map((app) => app.close()));
  await database.drop();
});

const query: TestDatabase['query'] = (sql, params) => database.query(sql, params);
const instant = async () =>
  (await query<{ now: Date }>(`SELECT date_trunc('second', clock_timestamp()) AS now`))[0]!.now;

/** A process of the first version: it fires while it leads, runs what it claims, and gives signs of life. */
class OldProcess {
  private readonly node = new VersionOneNode(query, SCHEMA);
  private token: number | null = null;
  private stopping = false;
  private going: Promise<void> = Promise.resolve();

  async start(leads: boolean): Promise<void> {
    await this.node.register([TASK]);
    if (leads) {
      const [row] = await query<{ token: string }>(
        `UPDATE carillon.leader_lock SET node_id = $1, fencing_token = fencing_token + 1,
           acquired_at = clock_timestamp(), expires_at = clock_timestamp() + interval '5 s'
         RETURNING fencing_token AS token`,
        [this.node.id],
      );
      this.token = Number(row!.token);
    }
    this.going = this.loop();
  }

  /** As its SIGTERM did: what it has claimed ends, it resigns, and says good-bye. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.going;
    await query(
      `UPDATE carillon.leader_lock SET node_id = NULL, expires_at = '-infinity',
         fencing_token = fencing_token + 1 WHERE node_id = $1`,
      [this.node.id],
    );
    await query('UPDATE carillon.nodes SET stopped_at = clock_timestamp() WHERE id = $1', [
      this.node.id,
    ]);
  }

  private async loop(): Promise<void> {
    while (!this.stopping) {
      await this.beat();
      if (this.token !== null) await this.fireDue(this.token);
      for (const { id, attempt } of await this.node.claim([TASK])) {
        const [run] = await query<{ job_id: string; fire_at: Date }>(
          'SELECT job_id, fire_at FROM carillon.runs WHERE id = $1',
          [id],
        );
        record(run!.job_id, run!.fire_at);
        await this.node.finish(id, attempt);
      }
      await new Promise((on) => setTimeout(on, 20));
    }
  }

  private async beat(): Promise<void> {
    const id = [this.node.id];
    await query('UPDATE carillon.nodes SET heartbeat_at = clock_timestamp() WHERE id = $1', id);
    await query(
      `UPDATE carillon.leader_lock SET expires_at = clock_timestamp() + interval '5 s'
       WHERE node_id = $1`,
      id,
    );
  }

  private async fireDue(token: number): Promise<void> {
    const due = await query<{ job_id: string; next_fire_at: Date }>(
      'SELECT job_id, next_fire_at FROM carillon.job_plans WHERE next_fire_at <= clock_timestamp()',
    );
    for (const { job_id, next_fire_at } of due) {
      await this.node.fire(token, job_id, TASK, new Date(next_fire_at.getTime() + SECOND_MS));
    }
  }
}

const record = (job: string, fireAt: Date) => called.push(`${job} ${fireAt.toISOString()}`);

/** A process of this version. */
async function startNew(): Promise<void> {
  @Injectable()
  class Recorder {
    @Task(TASK)
    record(): void {
      const { jobId, fireAt } = TaskContext.current()!;
      record(jobId, fireAt);
    }
  }
  const tasks = TasksModule.forRoot({ databaseUrl: database.url, engineThread: false });
  @Module({ imports: [tasks], providers: [Recorder] })
  class NewVersion {}
  apps.push(await NestFactory.createApplicationContext(NewVersion, { logger: ['error'] }));
}

async function storeJobs(first: Date): Promise<void> {
  const maker = new VersionOneNode(query, SCHEMA);
  for (const id of JOBS) await maker.add(id, TASK, first);
  await query(
    `UPDATE carillon.jobs SET trigger = jsonb_build_object('type', 'interval', 'seconds', 1, 'startAt', $1::text)`,
    [first.toISOString()],
  );
  await query(
    `INSERT INTO carillon.runs (job_id, task, fire_at, run_at, cause, state, queued, priority, created_at, finished_at)
     SELECT $1, $2, at, at, 'fired', 'succeeded', false, 0, at, at
     FROM generate_series($3::timestamptz - make_interval(secs => $4), $3::timestamptz - interval '1 s', interval '1 s') AS at`,
    [JOBS[0], TASK, first, OLD_RUNS],
  );
}

/** How often the ledger accounts for each second of a job since then. */
async function accounts(job: string, first: Date): Promise<Set<number>> {
  const rows = await query<{ from: Date; to: Date }>(
    `SELECT coalesce(covers_from, fire_at) AS from, fire_at AS to FROM carillon.runs
     WHERE job_id = $1 AND cause = 'fired' AND fire_at >= $2`,
    [job, first],
  );
  const last = Math.max(...rows.map(({ to }) => to.getTime()));
  const counts = new Set<number>();
  for (let at = first.getTime(); at <= last; at += SECOND_MS) {
    counts.add(rows.filter(({ from, to }) => from.getTime() <= at && at <= to.getTime()).length);
  }
  return counts;
}

it('loses no fire time and runs none twice', async () => {
  const first = await instant();
  await storeJobs(first);
  const [one, two] = [new OldProcess(), new OldProcess()];
  await one.start(true);
  await two.start(false);
  const more = (count: number) => {
    const before = called.length;
    return until(`${count} more calls`, () => called.length >= before + count);
  };
  await more(JOBS.length * 2);
  // It migrates while both of them work, and follows the one that leads.
  await startNew();
  await more(JOBS.length * 2);
  await one.stop();
  await startNew();
  await more(JOBS.length * 2);
  await two.stop();
  await more(JOBS.length * 2);
  await Promise.all(apps.splice(0).map((app) => app.close()));

  const migrations = await query('SELECT FROM carillon.migrations');
  expect(migrations).toHaveLength(SCHEMA_VERSION);
  for (const job of JOBS) expect(await accounts(job, first), job).toEqual(new Set([1]));
  expect(new Set(called).size).toBe(called.length);
  const succeeded = await query<{ job_id: string; fire_at: Date }>(
    `SELECT job_id, fire_at FROM carillon.runs
     WHERE state = 'succeeded' AND fire_at >= $1 ORDER BY job_id, fire_at`,
    [first],
  );
  const ran = succeeded.map(({ job_id, fire_at }) => `${job_id} ${fire_at.toISOString()}`);
  expect(called.toSorted()).toEqual(ran.toSorted());
});
