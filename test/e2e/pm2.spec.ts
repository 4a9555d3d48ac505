/** PM2 in cluster mode, as src/operations/deploy/pm2.config.cjs has it: four processes, each a node. */
import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEmptyDatabase, type TestDatabase } from '../support/postgres.js';
import { readRecord } from '../support/recording-node.js';
import { until } from '../support/until.js';

const ROOT = join(import.meta.dirname, '../..');
const PM2 = 'pm2@7.0.4';
const INSTALL = ['install', '--no-save', '--prefer-offline', '--no-audit', '--no-fund', PM2];
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
const run = promisify(execFile);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-pm2-'));
  await chmod(folder, 0o755);
  record = join(folder, 'record.jsonl');
  database = await createEmptyDatabase();
  await run('npm', INSTALL, { cwd: folder });
}, INSTALLED_WITHIN_MS);
afterAll(async () => {
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

it('runs each fire time in one of four processes, also while all of them are replaced', async () => {
  const env = { RECORD: record, OPTIONS: JSON.stringify({ databaseUrl: database.url }) };
  const script = join(ROOT, 'dist/test-app/main.js');
  const app = { ...apps[0], script, env: { ...apps[0].env, ...env } };
  const config = join(folder, 'pm2.config.json');
  await writeFile(config, JSON.stringify({ apps: [app] }));
  await pm2('start', config);
  expect(await alive()).toBe(4);
  await calls(3);
  // One after the other: a process is ended when the one that replaces it is at work.
  await pm2('reload', 'carillon');
  await calls(3);
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
