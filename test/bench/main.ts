/**
 * The benchmarks, by name: `npm run bench -- triggers`. Each prints what it measured beside its
 * budget, and fails if one is not kept.
 */
const BENCHMARKS: Readonly<Record<string, () => Promise<{ run(): Promise<boolean> | boolean }>>> = {
  triggers: () => import('./triggers.js'),
  runs: () => import('./runs.js'),
  latency: () => import('./latency.js'),
  leak: () => import('./leak.js'),
  plans: () => import('./plans.js'),
  'catch-up': () => import('./catch-up.js'),
  idle: () => import('./idle.js'),
  takeover: () => import('./takeover.js'),
  thread: () => import('./thread.js'),
  flood: () => import('./flood.js'),
  api: () => import('./api.js'),
};

const names = process.argv.slice(2);
const chosen = names.length > 0 ? names : Object.keys(BENCHMARKS);
for (const name of chosen) {
  const load = BENCHMARKS[name];
  if (!load) {
    console.error(`There is no benchmark "${name}": use ${Object.keys(BENCHMARKS).join(', ')}.`);
    process.exit(1);
  }
  const benchmark = await load();
  if (!(await benchmark.run())) process.exitCode = 1;
}
