import { chaosOptions } from './options.js';
import { runChaos } from './chaos-run.js';
import { livenessTable, summary, writeReport } from './report.js';

/** `npm run chaos -- --minutes 10 --seed 1`: exits with 1 when a promise was broken. */
const options = chaosOptions(process.argv.slice(2));
console.log(`Seed ${options.seed}; logs, record and report go to ${options.out}.`);

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    console.log('Ending early: taking back the faults, then looking at what is there.');
    stop.abort();
  });
}

try {
  process.exitCode = (await run()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** @returns whether every promise was kept */
async function run(): Promise<boolean> {
  const begun = Date.now();
  const report = await runChaos(options, stop.signal, ({ kind, node, detail, at }) => {
    const seconds = ((at.getTime() - begun) / 1_000).toFixed(1);
    console.log(`${seconds.padStart(6)} s  ${node ?? 'database'}: ${kind}, ${detail}`);
  });
  console.log(`\n${summary(report)}\n\n${livenessTable(report)}`);
  for (const { invariant, detail } of report.violations.slice(0, 20)) {
    console.log(`VIOLATED: ${invariant}: ${detail}`);
  }
  console.log(`Report: ${writeReport(report)}`);
  return report.violations.length === 0;
}
