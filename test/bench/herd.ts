import { BenchCluster, cpuMs } from './bench-cluster.js';
import { benchDatabase, type BenchDatabase } from './bench-host.js';
import { storeDue } from './flood.js';
import { memoryMb } from './memory.js';
import { Report, type BenchOptions } from './report.js';

/**
 * So many jobs are due in the same second: how long until the last of them is recorded, and what it does to the memory
 * of the nodes. Each node is a process of its own.
 */
const CASES = [
  { jobs: 20_000, nodes: 1, budget: { seconds: 3.5, mb: 40 } },
  { jobs: 100_000, nodes: 1, budget: { seconds: 14, mb: null } },
  { jobs: 100_000, nodes: 3, budget: { seconds: 11, mb: null } },
] as const;
const CONCURRENCY = 100;
/** Whether all are recorded: a look at what has moved costs the server a hundredth of a second. */
const LOOK_MS = 250;
const MEMORY_MS = 100;
const A_DAY_S = 86_400;

export async function run(options: BenchOptions): Promise<boolean> {
  const report = new Report(options);
  for (const { jobs, nodes, budget } of CASES) {
    const many = options.quick ? jobs / 20 : jobs;
    const { seconds, grownMb, nodeSeconds } = await herd(many, nodes);
    const name = `${many} jobs, ${nodes === 1 ? 'a node' : `${nodes} nodes`}`;
    const kept = (atMost: number | null) => (atMost === null || options.quick ? null : { atMost });
    const add = (figure: string, unit: string, value: number, most: number | null) =>
      report.add({ name, figure, unit, values: [value], budget: kept(most) });
    add('until all are recorded', 's', seconds, budget.seconds);
    add('memory of a node, at the most more', 'MB', grownMb, budget.mb);
    add('CPU of the nodes', 's', nodeSeconds, null);
  }
  return report.end();
}

async function herd(jobs: number, nodes: number) {
  const database = await benchDatabase();
  const cluster = new BenchCluster(database, 'idle', { concurrency: CONCURRENCY });
  try {
    for (let n = 0; n < nodes; n++) await cluster.start();
    await cluster.leader();
    await pass(3_000);
    const before = cluster.nodes.map(({ process }) => memoryMb(process.pid));
    const most = [...before];
    const cpu = () => cluster.nodes.reduce((sum, { process }) => sum + cpuMs(process.pid), 0);
    const cpuBefore = cpu();
    const looking = setInterval(() => {
      for (const [n, { process }] of cluster.nodes.entries())
        most[n] = Math.max(most[n]!, memoryMb(process.pid));
    }, MEMORY_MS);
    // It fires as soon as it is stored: the commit is the instant from which it counts.
    await storeDue(database, { jobs, everySeconds: A_DAY_S, agoSeconds: 0 });
    const from = performance.now();
    await recorded(database, jobs);
    const seconds = (performance.now() - from) / 1_000;
    clearInterval(looking);
    const grownMb = Math.max(...most.map((mb, n) => mb - before[n]!));
    return { seconds, grownMb, nodeSeconds: (cpu() - cpuBefore) / 1_000 };
  } finally {
    await cluster.stop();
    await database.remove();
  }
}

async function recorded({ query }: BenchDatabase, jobs: number): Promise<void> {
  for (;;) {
    const [row] = await query<{ open: boolean }>(
      `SELECT EXISTS (SELECT 1 FROM carillon.job_plans WHERE next_fire_at <= now())
           OR EXISTS (SELECT 1 FROM carillon.runs WHERE queued)
           OR EXISTS (SELECT 1 FROM carillon.runs WHERE state = 'running') AS open`,
    );
    if (row?.open === false) break;
    await pass(LOOK_MS);
  }
  const states = await query<{ state: string; count: number }>(
    'SELECT state, count(*)::int AS count FROM carillon.runs GROUP BY state',
  );
  const [only] = states;
  if (states.length !== 1 || only!.state !== 'succeeded' || only!.count !== jobs)
    throw new Error(`Not every job ran once: ${JSON.stringify(states)}.`);
}

const pass = (ms: number) => new Promise((over) => setTimeout(over, ms));
