import { benchDatabase } from './bench-host.js';
import { manyRuns } from './many-runs.js';

/** A million runs in one process, after which it holds no more than after the first fifth of them. */
const RUNS = Number(process.env['RUNS'] ?? 1_000_000);
const BUDGET_MB = 5;

export async function run(): Promise<boolean> {
  const database = await benchDatabase();
  try {
    const { warmMb, endMb, before, after, connections } = await manyRuns(database.url, RUNS);
    const grownMb = endMb - warmMb;
    const isKept = grownMb <= BUDGET_MB && connections === 0 && after.length <= before.length;
    console.log(
      `\n${RUNS} runs: ${warmMb.toFixed(1)} MB after the warm-up, ${endMb.toFixed(1)} MB in the end ` +
        `(budget ${BUDGET_MB} MB more); open after the end: ${connections} connections, ` +
        `${after.length - before.length} other resources${isKept ? '' : ' NOT KEPT'}`,
    );
    return isKept;
  } finally {
    await database.remove();
  }
}
