/**
 * PM2 in cluster mode, as src/operations/deploy/pm2.config.cjs has it: four processes, each a node. Where nginx is installed
 * it stands in front of them, as nginx.conf there has it.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../support/free-port.js';
import { createEmptyDatabase, type TestDatabase } from '../support/postgres.js';
import { readRecord } from '../support/recording-node.js';
import { until } from '../support/until.js';

const ROOT = join(import.meta.dirname, '../..');
const PM2 = 'pm2@7.0.4';
const INSTALL = ['install', '--no-save', '--prefer-offline', '--no-audit', '--no-fund', PM2];
const NGINX = ['/usr/sbin/nginx', '/usr/bin/nginx'].find((path) => existsSync(path));
const INSTALLED_WITHIN_MS = 180_000;

interface Config {
  readonly apps: readonly [{ readonly instances: number; readonly env: object }];
}
const { apps } = createRequire(import.meta.url)(
  join(ROOT, 'src/operations/deploy/pm2.config.cjs'),
) as Config;

let folder: string;
let database: TestDatabase;
let record: string;
let front: ChildProcess | null = null;
const run = promisify(execFile);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-pm2-'));
  await chmod(folder, 0o755);
  record = join(folder, 'record.jsonl');
  database = await createEmptyDatabase();
  await run('npm', INSTALL, { cwd: folder });
}, INSTALLED_WITHIN_MS);
afterAll(async () => {
  front?.kill('SIGQUIT');
  await pm2('kill');
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const pm2 = (...args: string[]) =>
  run(join(folder, 'node_modules/.bin/pm2'), args, {
    cwd: folder,
    env: { ...process.env, PM2_HOME: join(folder, 'home') },
  });

const alive = async () => {
  const sql = 'SELECT FROM carillon.nodes WHERE stopped_at IS NULL';
  return (await database.query(sql)).length;
};

/** The fire times of which a handler was called, in order. */
const called = () =>
  readRecord(record)
    .map(({ fireAt }) => Date.parse(fireAt))
    .sort((a, b) => a - b);
const calls = (count: number) => {
  const before = called().length;
  return until(`${count} more calls`, () => called().length >= before + count);
};

/** nginx with the configuration for deploys, on another port and before another one. */
async function nginxBefore(port: number, program: string): Promise<string> {
  const [listen, conf] = [await freePort(), join(folder, 'nginx.conf')];
  const site = readFileSync(join(ROOT, 'src/operations/deploy/nginx.conf'), 'utf8')
    .replace('listen 8080', `listen 127.0.0.1:${listen}`)
    .replace('127.0.0.1:3000', `127.0.0.1:${port}`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${join(folder, name)};`)
    .join('\n');
  await writeFile(
    conf,
    `daemon off; pid ${join(folder, 'nginx.pid')}; error_log stderr;
     events {} http { access_log off; ${temporary}
     ${site} }`,
  );
  front = spawn(program, ['-c', conf, '-e', 'stderr'], { stdio: 'ignore' });
  return `http://127.0.0.1:${listen}`;
}

/** Asks again and again. What it was answered with, and how often. */
function asking(url: string): () => Promise<ReadonlyMap<number, number>> {
  const answers = new Map<number, number>();
  const stop = new AbortController();
  const asked = (async () => {
    while (!stop.signal.aborted) {
      const status = await fetch(url).then(
        (answer) => answer.status,
        () => 0,
      );
      answers.set(status, (answers.get(status) ?? 0) + 1);
    }
  })();
  return async () => {
    stop.abort();
    await asked;
    return answers;
  };
}

it('runs each fire time in one of four processes, also while all of them are replaced', async () => {
  const port = await freePort();
  const env = {
    PORT: String(port),
    RECORD: record,
    OPTIONS: JSON.stringify({ databaseUrl: database.url }),
  };
  const script = join(ROOT, 'dist/test-app/main.js');
  const app = { ...apps[0], script, env: { ...apps[0].env, ...env } };
  const config = join(folder, 'pm2.config.json');
  await writeFile(config, JSON.stringify({ apps: [app] }));
  await pm2('start', config);
  expect(await alive()).toBe(4);
  await calls(3);
  const live = `${NGINX ? await nginxBefore(port, NGINX) : `http://127.0.0.1:${port}`}/health/live`;
  await until('an answer', () =>
    fetch(live).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  const answers = asking(live);
  // One after the other: a process is ended when the one that replaces it is at work.
  await pm2('reload', 'carillon');
  await calls(3);
  const heard = await answers();
  expect([...heard.keys()]).toEqual([200]);
  expect(heard.get(200)).toBeGreaterThan(100);
  expect(await alive()).toBe(4);
  const left = await database.query('SELECT FROM carillon.nodes WHERE stopped_at IS NOT NULL');
  expect(left).toHaveLength(4);
  await pm2('delete', 'carillon');

  const times = called();
  const steps = times.slice(1).map((at, n) => at - times[n]!);
  expect(new Set(steps)).toEqual(new Set([1_000]));
  const states = await database.query(`SELECT DISTINCT state FROM carillon.runs`);
  expect(states).toEqual([{ state: 'succeeded' }]);
});
