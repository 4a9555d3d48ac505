import type { TasksModuleOptions } from '../../src/tasks/index.js';
import { benchDatabase, benchHost, type BenchDatabase } from './bench-host.js';
import { Report, type BenchOptions } from './report.js';

/**
 * From the fire time to the handler's first line, at a hundred fires a second spread evenly, by the
 * database's clock. Commits are durable, and PostgreSQL shares the machine.
 */
const JOBS = 100;
const WARM_UP_MS = 5_000;
const MEASURED_MS = 20_000;
const BUDGET = { p50: 3, p99: 15 };

export async function run(options: BenchOptions): Promise<boolean> {
  const database = await benchDatabase();
  try {
    const measuredMs = options.quick ? MEASURED_MS / 4 : MEASURED_MS;
    return tell(await latencies(database, measuredMs), measuredMs, options);
  } finally {
    await database.remove();
  }
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

function tell(sorted: readonly number[], measuredMs: number, options: BenchOptions): boolean {
  const report = new Report(options);
  const expected = (JOBS * measuredMs) / 1_000;
  report.say(`\nFrom fire time to handler, ${sorted.length} of ${expected} fires`);
  for (const [figure, share, bound] of [
    ['p50', 0.5, BUDGET.p50],
    ['p90', 0.9, null],
    ['p99', 0.99, BUDGET.p99],
    ['max', 1, null],
  ] as const) {
    const budget = bound === null || options.quick ? null : { atMost: bound };
    const values = [quantile(sorted, share)];
    report.add({ name: 'fire time to handler', figure, unit: 'ms', values, budget });
  }
  // A second more or less at the edges.
  return report.end() && Math.abs(sorted.length - expected) <= JOBS;
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
