/** Hosts that have installed the package, not its sources: each job runs once in two real processes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NodeProcess } from '../support/node-process.js';
import { PackedPackage, type Host } from '../support/packed-host.js';
import { createEmptyDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';

/** What a job did, as its handler wrote it down. */
interface Effect {
  readonly job: string;
  readonly fireAt: string | Date;
}

let carillon: PackedPackage;
let database: TestDatabase;
let processes: NodeProcess[];

beforeAll(async () => {
  carillon = await PackedPackage.make();
});
afterAll(() => carillon.remove());

beforeEach(async () => {
  processes = [];
  database = await createEmptyDatabase();
});
afterEach(async () => {
  await Promise.all(processes.map((process) => process.end('SIGKILL')));
  await database.drop();
});

/** Two processes of the host, both at work. */
async function startTwo(host: Host, record: string): Promise<void> {
  for (const name of ['one', 'two']) {
    const env = { DATABASE_URL: database.url, RECORD: record };
    processes.push(new NodeProcess(name, { script: host.script, env }));
  }
  await Promise.all(processes.map((process) => process.saying(/Node started/)));
}

/** Ends both as a deploy does: they say good-bye, and every effect has its row. */
async function stopBoth(): Promise<void> {
  await Promise.all(processes.map((process) => process.end('SIGTERM')));
  const left = await database.query('SELECT FROM carillon.nodes WHERE stopped_at IS NOT NULL');
  expect(left).toHaveLength(2);
}

const instant = (at: string | Date) => new Date(at).toISOString();
const line = ({ job, fireAt }: Effect) => `${job} ${instant(fireAt)}`;
const howMany = (effects: readonly Effect[], job: string) =>
  effects.filter((effect) => effect.job === job).length;

/** Each fire time of the ledger that succeeded had one effect, and nothing else had any. */
async function expectEachOnce(effects: readonly Effect[]): Promise<void> {
  const succeeded = await database.query<{ job: string; fireAt: Date }>(
    `SELECT job_id AS job, fire_at AS "fireAt" FROM carillon.runs WHERE state = 'succeeded'`,
  );
  expect(effects.map(line).toSorted()).toEqual(succeeded.map(line).toSorted());
  expect(new Set(effects.map(line)).size).toBe(effects.length);
  expect(howMany(effects, 'timeout')).toBe(1);
}

describe.each([
  ['esm', 'module', 'import '],
  ['commonjs', 'commonjs', 'require("carillon")'],
] as const)('a host of %s', (name, type, imports) => {
  it('compiles against our types, opens every door and runs each job once', async () => {
    // Metrics are there for who installs what they are made with.
    const host = await carillon.host(name, type, ['@types/node', 'prom-client']);
    expect(await host.compile({ declarations: type === 'module' })).toEqual([]);
    expect(readFileSync(host.script, 'utf8')).toContain(imports);

    const doors = JSON.stringify(carillon.doors);
    const open = type === 'module' ? 'import(door)' : 'require(door)';
    const code = `Promise.all(${doors}.map(async (door) => Object.keys(await ${open}).length > 0)).then(
      (open) => console.log(open.every(Boolean)))`;
    expect(await host.print(code)).toBe('true');

    const record = join(host.folder, 'record.jsonl');
    const effects = () =>
      readFileSync(record, { encoding: 'utf8', flag: 'a+' })
        .split('\n')
        .filter(Boolean)
        .map((text) => JSON.parse(text) as Effect);
    await startTwo(host, record);
    await until('three runs of each job', () =>
      ['cron', 'interval', 'dynamic'].every((job) => howMany(effects(), job) >= 3),
    );
    await stopBoth();
    await expectEachOnce(effects());
  });
});

describe('a host with a database and a ScheduleModule of its own', () => {
  it('runs each job once, in its own transactions, and keeps its tables to itself', async () => {
    const host = await carillon.host('beside', 'module', ['@types/node', '@nestjs/typeorm']);
    expect(await host.compile()).toEqual([]);
    await database.query(`CREATE TABLE effects (
      id serial PRIMARY KEY, job text NOT NULL, "fireAt" timestamptz(3) NOT NULL, process int NOT NULL)`);
    const effects = () => database.query<{ job: string; fireAt: Date }>(`SELECT * FROM effects`);

    await startTwo(host, '/dev/null');
    await until('three runs of each job', async () => {
      const done = await effects();
      return ['cron', 'interval'].every((job) => howMany(done, job) >= 3);
    });
    await stopBoth();
    await expectEachOnce(await effects());

    const [failed] = await database.query<{ count: number }>(
      `SELECT count(*)::int FROM carillon.runs WHERE job_id = 'failing' AND state = 'failed'`,
    );
    expect(failed!.count).toBeGreaterThan(0);
    const tables = await database.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    expect(tables).toEqual([{ name: 'effects' }]);
    for (const { log } of processes) expect(log).toContain('Its timers stay off');
  });
});
