import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { isFree } from '../../src/embedded-postgres/port.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

const CLUSTER = join(import.meta.dirname, '../../dist/cluster.js');
const STARTED = /^n(\d) \| .*Listening on/gm;

let database: TestDatabase;
let cluster: ChildProcess;
let said: string;

beforeEach(async () => {
  database = await createTestDatabase();
});

afterEach(async () => {
  cluster.kill('SIGTERM');
  if (cluster.exitCode === null) await once(cluster, 'exit');
  await database.drop();
});

it('starts nodes on ports in a row, says whose line is whose, and stops all', async () => {
  const port = await freePorts(2);
  run('2', port);
  await vi.waitFor(() => expect(startedNodes()).toEqual(['1', '2']), WAIT);
  expect(said).toContain(`:${port + 1}`);
  const exited = once(cluster, 'exit');
  cluster.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  expect(await isFree(port)).toBe(true);
  expect(await isFree(port + 1)).toBe(true);
});

it('goes on without a node that cannot start, and fails in the end', async () => {
  const port = await freePorts(2);
  const other = createServer().listen(port + 1, '127.0.0.1');
  await once(other, 'listening');
  run('2', port);
  await vi.waitFor(() => expect(said).toMatch(/Node n2 ended with code 1/), WAIT);
  await vi.waitFor(() => expect(startedNodes()).toEqual(['1']), WAIT);
  const exited = once(cluster, 'exit');
  cluster.kill('SIGTERM');
  expect(await exited).toEqual([1, null]);
  other.close();
});

it('refuses what is not a number of nodes', async () => {
  run('three', 3000);
  const [code] = (await once(cluster, 'exit')) as [number];
  expect(code).toBe(1);
  expect(said).toContain('"three" is not a number of nodes');
});

const WAIT = { timeout: 60_000, interval: 100 };

function run(nodes: string, port: number): void {
  said = '';
  // A flag of V8, as many containers have it: Node refuses a thread that is given it again.
  cluster = spawn(process.execPath, ['--max-old-space-size=1024', CLUSTER, nodes], {
    env: { ...process.env, PORT: String(port), DATABASE_URL: database.url, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [cluster.stdout, cluster.stderr]) {
    stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  }
}

function startedNodes(): string[] {
  return [...said.matchAll(STARTED)].map(([, node = '']) => node).sort();
}

/** The first of `count` free ports in a row. */
async function freePorts(count: number): Promise<number> {
  for (;;) {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, 'close');
    const row = Array.from({ length: count }, (_, i) => isFree(port + i));
    if ((await Promise.all(row)).every(Boolean)) return port;
  }
}
