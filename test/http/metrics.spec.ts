import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Cron } from '@nestjs/schedule';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Task, TasksModule, TasksService } from '../../src/tasks/index.js';
import { METRICS } from '../../src/tasks/metrics/metric-list.js';
import { TasksMetricsModule } from '../../src/tasks/metrics/index.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';
import { KEYS } from './http-app.js';

@Injectable()
class ShopTasks {
  @Cron('0 0 7 * * 1-5', { name: 'report', timeZone: 'UTC' })
  report() {}

  @Task('fails')
  fails() {
    throw new Error('no paper');
  }
}

let database: TestDatabase;
let app: NestExpressApplication;
let url: string;

beforeAll(async () => {
  database = await createTestDatabase();
  @Module({
    imports: [
      TasksModule.forRoot({ databaseUrl: database.url, heartbeatMs: 200, version: '4.2' }),
      TasksMetricsModule.forRoot({ maxJobs: 2, access: { keys: KEYS } }),
    ],
    providers: [ShopTasks],
  })
  class ShopModule {}
  app = await NestFactory.create<NestExpressApplication>(ShopModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  url = `${await app.getUrl()}/metrics`;
});
afterAll(async () => {
  await app?.close();
  await database?.drop();
});

const scrape = async (headers: Record<string, string> = { authorization: 'Bearer viewer-key' }) => {
  const answer = await fetch(url, { headers });
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    text: await answer.text(),
  };
};

/** The value of a series that is written so. */
const valueOf = (text: string, series: string) => {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? null : Number(line.slice(series.length + 1));
};

const scraped = async (what: string, holds: (text: string) => boolean): Promise<string> => {
  let text = '';
  await until(what, async () => holds((text = (await scrape()).text)));
  return text;
};

describe('the metrics of a node', () => {
  it('are closed to whoever has no key', async () => {
    expect(await scrape({})).toMatchObject({ status: 401 });
  });

  it('are told in the format of Prometheus to whoever may read, with every name of the list', async () => {
    const answer = await scrape();
    expect(answer).toMatchObject({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8' });
    for (const [name, { type }] of Object.entries(METRICS))
      expect(answer.text).toContain(`# TYPE scheduler_${name} ${type}`);
    expect(answer.text).toContain('nodejs_eventloop_lag_seconds');
  });

  it('say that the node leads, and what its engine did', async () => {
    const leads = (text: string) =>
      valueOf(text, 'scheduler_leader') === 1 &&
      (valueOf(text, 'scheduler_lease_renewals_total{result="ok"}') ?? 0) > 0;
    const text = await scraped('a leader that has renewed', leads);
    expect(valueOf(text, 'scheduler_ready')).toBe(1);
    expect(valueOf(text, 'scheduler_lease_remaining_seconds')).toBeGreaterThan(0);
    expect(valueOf(text, 'scheduler_loop_turns_total{loop="heartbeat"}')).toBeGreaterThan(0);
    expect(valueOf(text, 'scheduler_loop_failures_total{loop="heartbeat"}')).toBe(0);
    expect(valueOf(text, 'scheduler_pool_connections{state="most"}')).toBe(10);
    expect(valueOf(text, 'scheduler_leader_transitions_total{direction="acquired"}')).toBe(1);
    expect(text).toContain('scheduler_build_info{version="4.2",node_name=');
  });

  it('know each job: when it fires next, and its longest gap, which is a weekend', async () => {
    const text = await scraped('the job of the code', (all) =>
      all.includes('scheduler_job_next_fire_timestamp_seconds{job_id="report"}'),
    );
    const of = (name: string) => valueOf(text, `scheduler_${name}{job_id="report"}`);
    expect(of('job_next_fire_timestamp_seconds')).toBeGreaterThan(Date.now() / 1_000);
    expect(of('job_expected_interval_seconds')).toBe(3 * 86_400);
    expect(of('job_paused')).toBe(0);
    expect(valueOf(text, 'scheduler_jobs{state="active"}')).toBe(1);
    expect(valueOf(text, 'scheduler_nodes{state="alive"}')).toBe(1);
    expect(valueOf(text, 'scheduler_problems{kind="no-leader"}')).toBe(0);
    const runs = 'scheduler_runs_total{job_id="report",outcome="failed",cause="fired"}';
    expect(valueOf(text, runs)).toBe(0);
  });

  it('count runs by how they ended, and give no more than so many jobs a label of their own', async () => {
    const tasks = app.get(TasksService);
    for (const id of ['one', 'two', 'three']) {
      await tasks.addJob({ id, task: 'fails', trigger: { type: 'interval', hours: 9 } });
      await tasks.runJob(id);
    }
    const count = (text: string, job: string) =>
      valueOf(text, `scheduler_runs_total{job_id="${job}",outcome="failed",cause="manual"}`) ?? 0;
    const text = await scraped(
      'three runs that failed',
      (all) =>
        3 === ['one', 'two', 'three', '__other__'].reduce((sum, job) => sum + count(all, job), 0),
    );
    expect(count(text, '__other__')).toBe(2);
    expect(text).toContain('scheduler_fire_lag_seconds_bucket{le="300",job_id="__other__"} 2');
    expect(valueOf(text, 'scheduler_run_slots{state="used"}')).toBe(0);
    await tasks.runJob('report');
    const succeeded = 'scheduler_job_last_success_timestamp_seconds{job_id="report"}';
    const later = await scraped('a success', (all) => valueOf(all, succeeded) !== null);
    expect(valueOf(later, succeeded)).toBeGreaterThan(Date.now() / 1_000 - 60);
  });
});
