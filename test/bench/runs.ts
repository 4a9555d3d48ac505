import type { TasksModuleOptions } from '../../src/tasks/index.js';
import { benchDatabase, benchHost, drained, enqueue, type BenchDatabase } from './bench-host.js';

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
const JOBS = 5_000;
/** Long enough to make them all. */
const AHEAD_MS = 45_000;

export async function run(): Promise<boolean> {
  console.log('\nRuns a second on one node, drained from the ledger and recorded in it');
  const database = await benchDatabase();
  try {
    const kept: boolean[] = [];
    for (const { name, concurrency, runs, budget } of CASES) {
      const rate = await drain(database, concurrency, runs);
      kept.push(tell(name, runs, rate, budget));
    }
    kept.push(tell('fired in one second', JOBS, await fire(database), 0));
    return kept.every((isKept) => isKept);
  } finally {
    await database.remove();
  }
}

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
async function fire(database: BenchDatabase): Promise<number> {
  const host = await benchHost(database.url, 200);
  try {
    const at = new Date(Date.now() + AHEAD_MS).toISOString();
    const trigger = { type: 'date', at } as const;
    for (let n = 0; n < JOBS; n += 100) {
      const ids = Array.from({ length: 100 }, (_, i) => `job-${n + i}`);
      await Promise.all(ids.map((id) => host.tasks.addJob({ id, task: 'nothing', trigger })));
    }
    const [{ due } = { due: 0 }] = await database.query<{ due: number }>(
      'SELECT count(*)::int AS due FROM carillon.job_plans WHERE next_fire_at IS NOT NULL',
    );
    if (due < JOBS) throw new Error('Jobs were due before all were made. Make fewer of them.');
    await new Promise((then) => setTimeout(then, Date.parse(at) - Date.now()));
    for (;;) {
      const [{ done } = { done: 0 }] = await database.query<{ done: number }>(
        `SELECT count(*)::int AS done FROM carillon.runs WHERE cause = 'fired' AND state = 'succeeded'`,
      );
      if (done === JOBS) break;
      await new Promise((again) => setTimeout(again, 50));
    }
    return (JOBS * 1_000) / (Date.now() - Date.parse(at));
  } finally {
    await host.close();
  }
}

function tell(name: string, runs: number, rate: number, budget: number): boolean {
  const isKept = rate >= budget;
  const against = budget === 0 ? '' : `  budget ${budget}/s${isKept ? '' : ' NOT KEPT'}`;
  console.log(
    `${name.padEnd(22)} ${String(runs).padStart(7)} runs ${rate.toFixed(0).padStart(7)}/s${against}`,
  );
  return isKept;
}
