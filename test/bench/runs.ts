import type { TasksModuleOptions } from '../../src/tasks/index.js';
import { benchDatabase, benchHost, drained, enqueue, type BenchDatabase } from './bench-host.js';
import { Report, type BenchOptions } from './report.js';

/**
 * How many runs a second one node claims, calls and records, each with a handler that does nothing; and
 * how long it takes to fire, run and record what is due in the same second. History is kept, commits
 * are durable, and PostgreSQL shares the machine.
 */
const BUDGET = 10_000;

/** How many runs at once; what comes after it is claimed, and ends are written, together. */
const CASES = [
  { name: 'one at a time', concurrency: 1, runs: 2_000, budget: 0 },
  { name: 'ten at a time', concurrency: 10, runs: 10_000, budget: 0 },
  { name: 'batched', concurrency: 200, runs: 60_000, budget: BUDGET },
];
/** So many fire in the same second; they are made in the time before it. */
const FIRED = { jobs: 5_000, aheadMs: 45_000 };
const FIRED_QUICKLY = { jobs: 500, aheadMs: 10_000 };

export async function run(options: BenchOptions): Promise<boolean> {
  const report = new Report(options);
  const database = await benchDatabase();
  try {
    report.say(
      `\nRuns a second on one node, drained from the ledger and recorded in it; ${database.version}`,
    );
    for (const { name, concurrency, runs: all, budget } of CASES) {
      const runs = options.quick ? all / 10 : all;
      const rate = await drain(database, concurrency, runs);
      const bound = budget > 0 && !options.quick ? { atLeast: budget } : null;
      report.add({ ...figureOf(name, runs), values: [rate], budget: bound });
    }
    const fired = options.quick ? FIRED_QUICKLY : FIRED;
    const rate = await fire(database, fired);
    report.add({ ...figureOf('fired in one second', fired.jobs), values: [rate] });
    return report.end();
  } finally {
    await database.remove();
  }
}

const figureOf = (name: string, runs: number) => ({
  name: `${name}, ${runs}`,
  figure: 'recorded',
  unit: 'runs/s',
});

export async function drain(
  database: BenchDatabase,
  concurrency: number,
  runs: number,
  options: Partial<TasksModuleOptions> = {},
): Promise<number> {
  const host = await benchHost(database.url, concurrency, options);
  try {
    await enqueue(database, Math.min(runs, 1_000));
    await drained(database);
    // Made before they are due, so that making them is not measured.
    const inMs = 1_500 + runs / 25;
    const begunAt = Date.now() + inMs;
    await enqueue(database, runs, inMs);
    await database.query('ANALYZE carillon.runs');
    const left = begunAt - Date.now();
    if (left < 0) throw new Error('The runs were due before all were made. Make fewer of them.');
    await new Promise((due) => setTimeout(due, left));
    await drained(database);
    return (runs * 1_000) / (Date.now() - begunAt);
  } finally {
    await host.close();
  }
}

/** The whole way: planned, fired, claimed, called, recorded. */
async function fire(database: BenchDatabase, { jobs, aheadMs }: typeof FIRED): Promise<number> {
  const host = await benchHost(database.url, 200);
  try {
    const at = new Date(Date.now() + aheadMs).toISOString();
    const trigger = { type: 'date', at } as const;
    for (let n = 0; n < jobs; n += 100) {
      const ids = Array.from({ length: 100 }, (_, i) => `job-${n + i}`);
      await Promise.all(ids.map((id) => host.tasks.addJob({ id, task: 'nothing', trigger })));
    }
    const [{ due } = { due: 0 }] = await database.query<{ due: number }>(
      'SELECT count(*)::int AS due FROM carillon.job_plans WHERE next_fire_at IS NOT NULL',
    );
    if (due < jobs) throw new Error('Jobs were due before all were made. Make fewer of them.');
    await new Promise((then) => setTimeout(then, Date.parse(at) - Date.now()));
    for (;;) {
      const [{ done } = { done: 0 }] = await database.query<{ done: number }>(
        `SELECT count(*)::int AS done FROM carillon.runs WHERE cause = 'fired' AND state = 'succeeded'`,
      );
      if (done === jobs) break;
      await new Promise((again) => setTimeout(again, 50));
    }
    return (jobs * 1_000) / (Date.now() - Date.parse(at));
  } finally {
    await host.close();
  }
}
