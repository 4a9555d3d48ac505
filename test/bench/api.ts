import { monitorEventLoopDelay } from 'node:perf_hooks';
import { apiApp, type ApiApp } from './api-app.js';
import { countAll, NODE, seed, type Size } from './api-seed.js';
import { benchDatabase, type BenchDatabase } from './bench-host.js';

/** What each GET costs with a month of runs: on the server, and of the node's one thread. */
const RUNS = Number(process.env['RUNS'] ?? 1_000_000);
const SIZE: Size = { runs: RUNS, jobs: RUNS / 200, audit: RUNS / 10 };
const TRIES = 10;
const BUDGET = { statements: 12, buffers: 3_000, serverMs: 100, cpuMs: 60, blockedMs: 20 };

const NOBODY = '00000000-0000-4000-8000-000000000002';

/** Asked for once before it is measured, but for these: what they compute is kept. */
const COLD = ['/forecast', '/forecast?by=day&limit=500'];

const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString();

const paths = (): readonly string[] => [
  '',
  '/problems',
  '/stats',
  '/stats/series',
  `/stats/series?from=${day(30)}`,
  '/stats/series?by=day&timeZone=Europe/Berlin',
  '/stats/series?job=job-7',
  `/stats/jobs?from=${day(7)}&${Array.from({ length: 30 }, (_, n) => `job=job-${n}`).join('&')}`,
  '/jobs?limit=500',
  '/jobs?include=why,lastRun&limit=100',
  '/jobs?include=why,lastRun,lastRuns,stats,description&order=name&total=true&limit=50',
  '/jobs?order=nextFireAt&total=true',
  '/jobs?order=lastFireAt&direction=desc',
  '/jobs?order=lastResult&limit=50',
  '/jobs?order=lastDuration&direction=desc&limit=50',
  '/jobs?failing=true&include=stats&total=true&limit=50',
  '/jobs?text=77&state=active&state=paused&total=true',
  '/jobs?tag=team-7&include=lastRuns',
  '/jobs/job-7',
  '/jobs/job-7/runs?include=asked&total=true',
  '/jobs/job-7/fire-times',
  '/fire-times?limit=500',
  ...COLD,
  `/forecast?from=${day(0).slice(0, 13)}:00:00Z&to=${day(-7).slice(0, 13)}:00:00Z`,
  '/runs?limit=500',
  '/runs?total=true&include=asked',
  '/runs?state=failed&total=true',
  '/runs?state=failed&state=timed-out&total=true',
  '/runs?task=rare&total=true',
  '/runs?task=nobody.knows',
  `/runs?node=${NODE}`,
  `/runs?node=${NOBODY}`,
  '/runs?cause=backfill&total=true',
  '/runs?cause=retry',
  `/runs?from=${day(12)}&to=${day(11)}&total=true`,
  `/runs?state=failed&from=${day(1)}`,
  `/runs?task=task-3&state=failed&to=${day(20)}`,
  '/runs?text=disk',
  '/runs?text=job-777',
  '/runs?text=no%20such%20error&total=true',
  '/runs/777?include=attempts',
  '/runs/777/logs',
  '/tasks',
  '/nodes',
  '/leader',
  '/settings',
  '/capabilities',
  '/audit?limit=500',
  '/audit?actor=key:7&action=job.pause',
  '/audit?actor=nobody',
  `/audit?from=${day(12)}&to=${day(11)}`,
  '/audit?run=776',
];

export async function run(): Promise<boolean> {
  const database = await benchDatabase();
  try {
    const seeded = await took(() => seed(database, SIZE));
    const counted = await took(() => countAll(database));
    console.log(
      `\n${SIZE.jobs} jobs, ${SIZE.runs} runs, ${SIZE.audit} rows of the audit on ${database.version}; ` +
        `seeded in ${(seeded / 1_000).toFixed(0)} s, counted in ${(counted / 1_000).toFixed(0)} s`,
    );
    await database.query('VACUUM ANALYZE');
    const app = await apiApp(database.url);
    try {
      return await measureAll(app, database);
    } finally {
      await app.close();
    }
  } finally {
    await database.remove();
  }
}

async function measureAll(app: ApiApp, database: BenchDatabase): Promise<boolean> {
  const budget = Object.values(BUDGET).join(' · ');
  console.log(`Of each: statements · buffers · ms of the server · CPU ms · longest block ms`);
  console.log(`Budget: ${budget}; the CPU is that of the process, which also asks.\n`);
  let isKept = true;
  for (const path of paths()) {
    const cold = COLD.includes(path) ? await cost(app, database, path, 1) : null;
    if (cold) print(`${path} (first)`, cold, false);
    await app.get(path);
    const measured = await cost(app, database, path, TRIES);
    isKept = print(path, measured, true) && isKept;
  }
  return isKept;
}

type Cost = Record<keyof typeof BUDGET | 'bytes', number>;

async function cost(
  app: ApiApp,
  { query }: BenchDatabase,
  path: string,
  tries: number,
): Promise<Cost> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const before = process.cpuUsage();
  delay.enable();
  let bytes = 0;
  for (let n = 0; n < tries; n++) ({ bytes } = await app.get(path));
  delay.disable();
  const { user, system } = process.cpuUsage(before);
  const statements = await app.statementsOf(path);
  let [buffers, serverMs] = [0, 0];
  for (const { text, values } of statements) {
    const [row] = await query<Record<'QUERY PLAN', [Explained]>>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
      values,
    );
    const [{ Plan: plan, ...times }] = row!['QUERY PLAN'];
    buffers += plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
    serverMs += times['Planning Time'] + times['Execution Time'];
  }
  const cpuMs = (user + system) / 1_000 / tries;
  const blockedMs = Math.max(0, delay.max / 1e6 - 1);
  return { statements: statements.length, buffers, serverMs, cpuMs, blockedMs, bytes };
}

interface Explained {
  readonly Plan: { readonly 'Shared Hit Blocks': number; readonly 'Shared Read Blocks': number };
  readonly 'Planning Time': number;
  readonly 'Execution Time': number;
}

function print(path: string, measured: Cost, counts: boolean): boolean {
  const broken = (Object.keys(BUDGET) as (keyof typeof BUDGET)[]).filter(
    (what) => measured[what] > BUDGET[what],
  );
  const { statements, buffers, serverMs, cpuMs, blockedMs, bytes } = measured;
  const figures = [
    statements,
    buffers,
    serverMs.toFixed(1),
    cpuMs.toFixed(1),
    blockedMs.toFixed(1),
  ];
  const line = figures.map((figure) => String(figure).padStart(7)).join('');
  const verdict =
    broken.length === 0 ? '' : ` ${counts ? 'NOT KEPT' : 'beyond'}: ${broken.join(', ')}`;
  console.log(
    `${line}  ${String(Math.round(bytes / 1_024)).padStart(5)} kB  ${path || '/'}${verdict}`,
  );
  return broken.length === 0;
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await work();
  return performance.now() - since;
}
