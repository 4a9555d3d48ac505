import { BenchCluster, cpuMs } from './bench-cluster.js';
import { benchDatabase, storeLater, type BenchDatabase } from './bench-host.js';
import { Report, type BenchOptions } from './report.js';
import { serverLoad } from './server-load.js';

/**
 * What a node costs that has nothing to do, alone and as one of three, with a million stored jobs none of which is
 * due: transactions, CPU of the node and CPU of the server, with the server as it was installed.
 */
const NODES = [1, 3];
const JOBS = 1_000_000;
/** The server's autovacuum comes once a minute, and looks at what was stored. */
const SETTLING_MS = 130_000;
const JOINING_MS = 20_000;
const MEASURED_MS = 60_000;
const BUDGET = { transactions: 2, nodePercent: 1, serverPercent: 1 };

export async function run(options: BenchOptions): Promise<boolean> {
  const database = await benchDatabase();
  const cluster = new BenchCluster(database, 'idle');
  const report = new Report(options);
  const jobs = options.quick ? JOBS / 100 : JOBS;
  try {
    report.say(`${jobs} stored jobs, ${database.version}, ${MEASURED_MS / 1_000} s of each`);
    await storeJobs(database, jobs);
    for (const nodes of NODES) {
      const isFirst = cluster.nodes.length === 0;
      while (cluster.nodes.length < nodes) await cluster.start();
      await pass(isFirst && !options.quick ? SETTLING_MS : JOINING_MS);
      const before = await measure(database, cluster);
      await pass(MEASURED_MS);
      const after = await measure(database, cluster);
      const seconds = (after.at - before.at) / 1_000;
      const tell = (figure: string, unit: string, value: number, atMost: number) =>
        report.add({
          name: nodes === 1 ? 'a node alone' : `one of ${nodes} nodes`,
          figure,
          unit,
          values: [value],
          budget: { atMost },
        });
      // Ours is the one that asks.
      const transactions = (after.transactions - before.transactions - 1) / seconds / nodes;
      const percent = (ms: number) => ms / seconds / 10;
      tell('transactions', 'per s', transactions, BUDGET.transactions);
      tell(
        'CPU of the node',
        '% of a core',
        percent(after.nodeMs - before.nodeMs) / nodes,
        BUDGET.nodePercent,
      );
      tell(
        'CPU of the server',
        '% of a core',
        percent(after.cpuMs - before.cpuMs),
        BUDGET.serverPercent,
      );
    }
    return report.end();
  } finally {
    await cluster.stop();
    await database.remove();
  }
}

async function storeJobs({ query }: BenchDatabase, jobs: number): Promise<void> {
  await storeLater(query, jobs);
  await query('VACUUM ANALYZE carillon.jobs');
  await query('VACUUM ANALYZE carillon.job_plans');
  // What storing them left to write is no cost of idle nodes.
  await query('CHECKPOINT');
}

async function measure(database: BenchDatabase, { nodes }: BenchCluster) {
  return {
    at: performance.now(),
    ...(await serverLoad(database)),
    nodeMs: nodes.reduce((sum, { process }) => sum + cpuMs(process.pid), 0),
  };
}

const pass = (ms: number) => new Promise((over) => setTimeout(over, ms));
