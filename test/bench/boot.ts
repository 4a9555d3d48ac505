import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { rootFolder } from '../chaos/root-folder.js';
import { benchDatabase } from './bench-host.js';
import { median, Report, type BenchOptions } from './report.js';

/**
 * From the start of a process until it is ready, on a database that has our tables: what `nest new` makes, the same with
 * a connection of TypeORM, and the same as a node. In turns, as machines are noisy.
 */
const APPS = ['hello', 'typeorm', 'carillon'] as const;
type App = (typeof APPS)[number];
const ROUNDS = 15;
/** Of that of the hello. */
const BUDGET = 1.5;

const NAMES: Readonly<Record<App, string>> = {
  hello: 'what nest new makes',
  typeorm: 'with a connection of TypeORM',
  carillon: 'with Carillon',
};

export async function run(options: BenchOptions): Promise<boolean> {
  const database = await benchDatabase();
  const report = new Report(options);
  const took: Record<App, number[]> = { hello: [], typeorm: [], carillon: [] };
  try {
    report.say(`From the start of the process until it is ready, ${database.version}`);
    for (const app of APPS) await boot(app, database.url);
    for (let round = 0; round < (options.quick ? 3 : ROUNDS); round++) {
      for (const app of APPS) took[app].push(await boot(app, database.url));
    }
  } finally {
    await database.remove();
  }
  for (const app of APPS) {
    report.add({ name: NAMES[app], figure: 'until ready', unit: 'ms', values: took[app] });
    const values = took[app].map((ms) => ms / median(took.hello));
    const budget = app === 'carillon' ? { atMost: BUDGET } : null;
    report.add({ name: NAMES[app], figure: 'beside the first', unit: 'times', values, budget });
  }
  return report.end();
}

/** In ms. */
async function boot(app: App, url: string): Promise<number> {
  const script = join(rootFolder(), 'dist/test-bench/test/bench/app/boot.js');
  const from = performance.now();
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, WITH: app, DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      if (line === 'ready') return performance.now() - from;
    }
    throw new Error(`The application ${app} ended before it was ready.`);
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}
