import { setTimeout as sleep } from 'node:timers/promises';
import { BenchCluster, cpuMs } from './bench-cluster.js';
import { benchDatabase, type BenchDatabase } from './bench-host.js';
import { latencies, quantile } from './latency.js';
import { memoryMb } from './memory.js';
import { drain } from './runs.js';

/**
 * What the engine's thread costs, and what it is good for: the same work with the engine in a thread of its own and on the
 * main thread, in turns.
 */
const ROUNDS = 3;
const MEASURED_MS = 10_000;
const IDLE_MS = 10_000;
const CONCURRENCIES = [10, 100];
const RUNS = 10_000;

interface Measured {
  readonly bootMs: number;
  readonly memoryMb: number;
  /** Of a core, while nothing is due. */
  readonly idlePercent: number;
  readonly p50: number;
  readonly p99: number;
  /** Runs a second, by concurrency. */
  readonly rates: readonly number[];
}

export async function run(): Promise<boolean> {
  const database = await benchDatabase();
  console.log(`\nThe engine in a thread of its own and on the main thread; ${database.version}`);
  const all: Record<'thread' | 'main', Measured[]> = { thread: [], main: [] };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      all.thread.push(await measure(database, true));
      all.main.push(await measure(database, false));
    }
  } finally {
    await database.remove();
  }
  tell(all.thread, all.main);
  return true;
}

async function measure(database: BenchDatabase, engineThread: boolean): Promise<Measured> {
  const { bootMs, ...idle } = await boot(database, engineThread);
  const sorted = await latencies(database, MEASURED_MS, { engineThread });
  const rates: number[] = [];
  for (const concurrency of CONCURRENCIES)
    rates.push(await drain(database, concurrency, RUNS, { engineThread }));
  return { bootMs, ...idle, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), rates };
}

/** A process of its own, until it is known to the cluster, and what it then needs for doing nothing. */
async function boot(database: BenchDatabase, engineThread: boolean) {
  const cluster = new BenchCluster(database, 'idle', { engineThread });
  const begun = performance.now();
  const { process } = await cluster.start();
  const bootMs = performance.now() - begun;
  await sleep(2_000);
  const used = cpuMs(process.pid);
  await sleep(IDLE_MS);
  const idlePercent = ((cpuMs(process.pid) - used) / IDLE_MS) * 100;
  const memory = memoryMb(process.pid);
  await cluster.stop();
  await database.query('DELETE FROM carillon.nodes');
  return { bootMs, memoryMb: memory, idlePercent };
}

function tell(thread: readonly Measured[], main: readonly Measured[]): void {
  const line = (name: string, of: (each: Measured) => number, digits: number) => {
    const [a, b] = [median(thread.map(of)), median(main.map(of))];
    console.log(
      `${name.padEnd(34)} ${a.toFixed(digits).padStart(9)} ${b.toFixed(digits).padStart(9)} ` +
        `${(a / b).toFixed(2).padStart(6)}`,
    );
  };
  console.log(`medians of ${ROUNDS} rounds                   thread      main  ratio`);
  line('until known to the cluster, ms', ({ bootMs }) => bootMs, 0);
  line('memory of the process, MB', (each) => each.memoryMb, 0);
  line('idle, % of a core', ({ idlePercent }) => idlePercent, 2);
  line('fire time to handler, p50, ms', ({ p50 }) => p50, 2);
  line('fire time to handler, p99, ms', ({ p99 }) => p99, 2);
  for (const [n, concurrency] of CONCURRENCIES.entries())
    line(`runs a second, ${concurrency} at a time`, ({ rates }) => rates[n]!, 0);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
