import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TasksModuleOptions } from '../../src/tasks/index.js';
import { ChaosNode } from '../chaos/chaos-node.js';
import { rootFolder } from '../chaos/root-folder.js';
import { benchDatabase, benchHost, type BenchDatabase } from './bench-host.js';
import { Report, type BenchOptions } from './report.js';
import { serverLoad, type ServerLoad } from './server-load.js';

/**
 * From the fire time to the handler's first line, at a hundred fires a second spread evenly, by the
 * database's clock. Commits are durable, and PostgreSQL shares the machine.
 */
const JOBS = 100;
const WARM_UP_MS = 5_000;
const MEASURED_MS = 20_000;
const CASES = [
  { name: 'a node alone', nodes: 1, budget: { p50: 2.5, p99: 8 } },
  { name: 'three nodes', nodes: 3, budget: { p50: 3.5, p99: 12 } },
] as const;
/** For each fire. */
const COST = { transactions: 2.5, syncs: 2.5, cpuMs: 1 };

export async function run(options: BenchOptions): Promise<boolean> {
  const report = new Report(options);
  const measuredMs = options.quick ? MEASURED_MS / 4 : MEASURED_MS;
  const expected = (JOBS * measuredMs) / 1_000;
  let areAll = true;
  for (const { name, nodes, budget } of CASES) {
    const database = await benchDatabase();
    try {
      const { sorted, cost } = await latenciesOfMany(database, measuredMs, nodes);
      report.say(
        `${name}: from the fire time to the handler, ${sorted.length} of ${expected} fires`,
      );
      for (const [figure, share, atMost] of [
        ['p50', 0.5, budget.p50],
        ['p90', 0.9, null],
        ['p99', 0.99, budget.p99],
        ['max', 1, null],
      ] as const) {
        const bound = atMost === null || options.quick ? null : { atMost };
        report.add({ name, figure, unit: 'ms', values: [quantile(sorted, share)], budget: bound });
      }
      for (const [figure, unit, value, atMost] of [
        ['transactions', 'for each fire', cost.transactions, COST.transactions],
        ['fsyncs', 'for each fire', cost.syncs, COST.syncs],
        ['CPU of the server', 'ms for each', cost.cpuMs, COST.cpuMs],
      ] as const) {
        const bound = options.quick ? null : { atMost };
        report.add({ name, figure, unit, values: [value / sorted.length], budget: bound });
      }
      // A second more or less at the edges.
      areAll &&= Math.abs(sorted.length - expected) <= JOBS;
    } finally {
      await database.remove();
    }
  }
  return report.end() && areAll;
}

/** Of each fire of a while, in order of size, in ms. */
export async function latencies(
  database: BenchDatabase,
  measuredMs: number,
  options: Partial<TasksModuleOptions> = {},
): Promise<readonly number[]> {
  const host = await benchHost(database.url, 20, options);
  try {
    const shift = await clockShift(database);
    const samples: number[] = [];
    let measures = false;
    host.hear((fireAt) => {
      if (measures) samples.push(now() + shift - fireAt.getTime());
    });
    const from = Date.now() + 2_000;
    for (let n = 0; n < JOBS; n++) {
      const startAt = new Date(from + (n * 1_000) / JOBS).toISOString();
      const trigger = { type: 'interval', seconds: 1, startAt } as const;
      await host.tasks.addJob({ id: `job-${n}`, task: 'nothing', trigger });
    }
    await pass(WARM_UP_MS);
    measures = true;
    await pass(measuredMs);
    measures = false;
    await host.tasks.removeAllJobs();
    return samples.sort((a, b) => a - b);
  } finally {
    await host.close();
  }
}

/** The value below which such a share of them lies. */
export const quantile = (sorted: readonly number[], share: number) =>
  sorted[Math.ceil(share * sorted.length) - 1] ?? NaN;

/** The same, where each of several nodes is a process of its own, and what all of them have cost the server. */
async function latenciesOfMany(
  database: BenchDatabase,
  measuredMs: number,
  nodes: number,
): Promise<{ readonly sorted: readonly number[]; readonly cost: ServerLoad }> {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-bench-'));
  const logFile = (name: string) => join(folder, `${name}.log`);
  const names = Array.from({ length: nodes }, (_, n) => `n${n + 1}`);
  const processes = names.map(
    (name) =>
      new ChaosNode(name, {
        script: join(rootFolder(), 'dist/test-bench/test/bench/app/late.js'),
        env: { OPTIONS: JSON.stringify({ databaseUrl: database.url, nodeName: name }) },
        logFile: logFile(name),
      }),
  );
  try {
    const known = 'SELECT 1 FROM carillon.nodes HAVING count(*) = $1';
    await database.until('all nodes are known', known, nodes);
    await storeEverySecond(database);
    const shift = await clockShift(database);
    await pass(WARM_UP_MS);
    const before = await serverLoad(database);
    const from = now() + shift;
    await pass(measuredMs);
    const to = now() + shift;
    const after = await serverLoad(database);
    await Promise.all(processes.map((node) => node.end('SIGTERM')));
    const sorted = names
      .flatMap((name) => began(readFileSync(logFile(name), 'utf8')))
      .map(({ fireAt, at }) => ({ at: at + shift, late: at + shift - fireAt }))
      .filter(({ at }) => at >= from && at < to)
      .map(({ late }) => late)
      .sort((a, b) => a - b);
    const cost = {
      transactions: after.transactions - before.transactions,
      syncs: after.syncs - before.syncs,
      cpuMs: after.cpuMs - before.cpuMs,
    };
    return { sorted, cost };
  } finally {
    await Promise.all(processes.map((node) => node.end('SIGKILL')));
  }
}

const began = (log: string) =>
  [...log.matchAll(/^began (\d+) ([\d.]+)$/gm)].map(([, fireAt, at]) => ({
    fireAt: Number(fireAt),
    at: Number(at),
  }));

/** The jobs, spread evenly over a second, from two seconds on. */
async function storeEverySecond({ query }: BenchDatabase): Promise<void> {
  await query(
    `WITH made AS (
       INSERT INTO carillon.jobs
         (id, name, task, trigger, coalesce, overlap, max_instances, misfire_grace_ms, origin,
          state, created_at, updated_at)
       SELECT 'job-' || n, 'job', 'nothing',
              jsonb_build_object('type', 'interval', 'seconds', 1, 'startAt', to_char(
                at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
              'latest', 'skip', 1, 86400000, 'api', 'active', now(), now()
       FROM generate_series(1, $1::int) AS n,
            LATERAL (SELECT date_trunc('milliseconds', now()) + interval '2 s' + n * interval '1 s' / $1 AS at) t
       RETURNING id, (trigger ->> 'startAt')::timestamptz AS at)
     INSERT INTO carillon.job_plans (job_id, next_fire_at, revision) SELECT id, at, 1 FROM made`,
    [JOBS],
  );
  await query(`SELECT pg_notify('carillon_wake', 'jobs')`);
}

/** Finer than whole milliseconds. */
export const now = () => performance.timeOrigin + performance.now();

/** What must be added to this process's clock for the database's, by the quickest answer of many. */
export async function clockShift({ query }: Pick<BenchDatabase, 'query'>): Promise<number> {
  let best = { took: Infinity, shift: 0 };
  for (let tries = 0; tries < 50; tries++) {
    const asked = now();
    const [row] = await query<{ at: number }>(
      'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS at',
    );
    const took = now() - asked;
    if (took < best.took) best = { took, shift: (row?.at ?? 0) - (asked + took / 2) };
  }
  return best.shift;
}

const pass = (ms: number) => new Promise((over) => setTimeout(over, ms));
