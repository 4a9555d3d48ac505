import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Application } from '../support/application.js';
import { createEmptyDatabase } from '../support/postgres.js';
import { Relay } from '../support/relay.js';
import { until } from '../support/until.js';

const SAMPLES = ['clean-old-files', 'daily-report', 'import-orders', 'seed-demo-data'];

let applications: Application[];
let folder: string;

beforeEach(() => {
  applications = [];
  folder = mkdtempSync(join(tmpdir(), 'carillon-app-'));
  chmodSync(folder, 0o755);
});

afterEach(async () => {
  for (const application of applications) await application.end('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

async function start(
  name: string,
  env: Record<string, string> = {},
  where: { detached?: boolean } = {},
): Promise<Application> {
  const application = await Application.start(name, env, { cwd: folder, ...where });
  applications.push(application);
  return application;
}

const succeeded = (application: Application, job: string) =>
  until(`a run of ${job} that succeeded`, async () =>
    (await application.runs(`&job=${job}&state=succeeded`)).at(0),
  );

const ready = (application: Application, status: number) =>
  until(`readiness ${status}`, async () => {
    const answer = await application.get<unknown>('/health/ready');
    return answer.status === status ? answer : null;
  });

describe('without a DATABASE_URL', () => {
  it('runs the sample tasks, stops within 5 s, and finds everything again', async () => {
    const first = await start('n1');
    await ready(first, 200);
    await first.saying(/4 jobs; next: /);
    await first.saying(/Dashboard: http:/);
    expect((await first.jobs()).map(({ id }) => id)).toEqual(SAMPLES);
    await succeeded(first, 'seed-demo-data');
    const imported = await succeeded(first, 'import-orders');
    const daily = (await first.jobs()).find(({ id }) => id === 'daily-report');
    const bin = ['dist/tasks/cli/bin.js', 'runs', imported.id, '--url', `http://${first.address}`];
    const told = spawnSync(process.execPath, bin, { encoding: 'utf8' });
    expect([told.status, told.stderr]).toEqual([0, '']);
    expect(told.stdout).toMatch(/^job +import-orders$/m);

    const stopped = performance.now();
    await first.end('SIGTERM');
    expect(performance.now() - stopped).toBeLessThan(5_000);
    expect(first.exitCode).toBe(0);

    const second = await start('n2');
    await ready(second, 200);
    expect((await second.jobs()).map(({ id }) => id)).toEqual(SAMPLES);
    expect((await second.jobs()).find(({ id }) => id === 'daily-report')).toEqual(daily);
    expect(await second.runs()).toContainEqual(imported);
  });

  it('fires on when the process group that started the database is killed', async () => {
    const starter = await start('n1', {}, { detached: true });
    const other = await start('n2');
    const job = { id: 'tick', task: 'rebuild-report', coalesce: 'all', overlap: 'allow' };
    const trigger = { type: 'interval', seconds: 1 };
    await ready(starter, 200);
    await ready(other, 200);
    expect((await other.post('/scheduler/jobs', { ...job, trigger })).status).toBe(201);
    await succeeded(other, 'tick');

    process.kill(-starter.pid, 'SIGKILL');
    const killedAt = new Date().toISOString();
    await until('three runs after the kill', async () => {
      const runs = await other.runs('&job=tick&state=succeeded');
      return runs.filter(({ fireAt }) => fireAt > killedAt).length >= 3;
    });
    const runs = await other.runs('&job=tick');
    const fireTimes = runs.map(({ fireAt }) => Date.parse(fireAt)).sort((a, b) => a - b);
    const gaps = fireTimes.slice(1).map((at, n) => at - fireTimes[n]!);
    expect(new Set(gaps)).toEqual(new Set([1_000]));
  });
});

describe('with a database that comes and goes', () => {
  it('listens at once, says why it is not ready, and recovers by itself', async () => {
    const database = await createEmptyDatabase();
    const relay = await Relay.to(database.url);
    await relay.cut();
    const application = await start('n1', { DATABASE_URL: relay.url });

    const away = await ready(application, 503);
    expect(JSON.stringify(away.body)).toMatch(/ECONNREFUSED/);
    expect((await application.get('/health/live')).status).toBe(200);
    expect((await application.get('/scheduler/jobs')).status).toBe(503);

    await relay.restore();
    await ready(application, 200);
    await succeeded(application, 'seed-demo-data');

    await relay.cut();
    await ready(application, 503);
    expect((await application.get('/scheduler/jobs')).status).toBe(503);
    await relay.restore();
    await ready(application, 200);
    const before = await application.runs('&job=import-orders');
    await until('a run after the outage', async () => {
      const runs = await application.runs('&job=import-orders&state=succeeded');
      return runs.some(({ id }) => !before.some((run) => run.id === id));
    });

    await application.end('SIGTERM');
    expect(application.exitCode).toBe(0);
    await relay.close();
    await database.drop();
  });

  it('stops at once while the database cannot be reached', async () => {
    const application = await start('n1', { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
    await ready(application, 503);
    const stopped = performance.now();
    await application.end('SIGTERM');
    expect(performance.now() - stopped).toBeLessThan(5_000);
    expect(application.exitCode).toBe(0);
  });
});

it('refuses an invalid environment, naming the variable, its value and what is allowed', () => {
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, '../../dist/main.js')],
    { env: { ...process.env, TASKS_LEASE_MS: 'soon' }, encoding: 'utf8' },
  );
  expect(status).toBe(1);
  expect(stdout + stderr).toMatch(/TASKS_LEASE_MS.*soon.*1000/);
});
