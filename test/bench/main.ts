import { parseArguments, type BenchOptions } from './report.js';

/**
 * The benchmarks, by name: `npm run bench -- triggers`. Each prints what it measured beside its
 * budget, and fails if one is not kept.
 */
const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  triggers: () => import('./triggers.js'),
  runs: () => import('./runs.js'),
  latency: () => import('./latency.js'),
  leak: () => import('./leak.js'),
  plans: () => import('./plans.js'),
  'catch-up': () => import('./catch-up.js'),
  boot: () => import('./boot.js'),
  herd: () => import('./herd.js'),
  million: () => import('./million.js'),
  idle: () => import('./idle.js'),
  takeover: () => import('./takeover.js'),
  thread: () => import('./thread.js'),
  flood: () => import('./flood.js'),
  api: () => import('./api.js'),
  page: () => import('./page.js'),
  peers: () => import('./peers.js'),
};

/** It installs packages of others, so it runs only where it is named. */
const ONLY_BY_NAME = 'peers';

interface Benchmark {
  run(options: BenchOptions): Promise<boolean> | boolean;
}

const { names, options } = parseArguments(process.argv.slice(2));
const all = Object.keys(BENCHMARKS).filter((name) => name !== ONLY_BY_NAME);
for (const name of names.length > 0 ? names : all) {
  const load = BENCHMARKS[name];
  if (!load) {
    console.error(`There is no benchmark "${name}": use ${Object.keys(BENCHMARKS).join(', ')}.`);
    process.exit(1);
  }
  const benchmark = await load();
  if (!(await benchmark.run(options))) process.exitCode = 1;
}
