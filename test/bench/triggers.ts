import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CronTime } from 'cron';
import { CronExpressionParser } from 'cron-parser';
import { Cron } from 'croner';
import { DateTime } from 'luxon';
import { parseTrigger, triggerOf } from '../../src/tasks/triggers/parse-trigger.js';
import type { TriggerSpec } from '../../src/tasks/triggers/trigger-spec.js';

/**
 * One `next()` of ours beside the libraries that others use, in one run on the same instants, and
 * what a hundred thousand jobs cost in memory.
 */
const EXPRESSIONS = ['*/5 * * * *', '0 9 * * 1-5', '0 0 29 2 *', '0 0 L * *'];
const ZONES = [
  { timeZone: 'UTC', budgetUs: 10 },
  { timeZone: 'America/New_York', budgetUs: 20 },
];
const INSTANTS = 512;
const ROUNDS = 15;
const MEMORY_BUDGET_MB = 60;

type Next = (from: Date) => unknown;

const LIBRARIES: readonly {
  readonly name: string;
  /** Null for a pattern that it does not know. */
  readonly prepare: (expression: string, timeZone: string) => Next | null;
}[] = [
  {
    name: 'carillon',
    prepare(expression, timeZone) {
      const trigger = parseTrigger({ type: 'cron', expression, timeZone });
      return (from) => trigger.next(from);
    },
  },
  {
    name: 'croner',
    prepare(expression, timeZone) {
      // Its own fast path for UTC.
      const where = timeZone === 'UTC' ? { utcOffset: 0 } : { timezone: timeZone };
      const cron = new Cron(expression, { paused: true, ...where });
      return (from) => cron.nextRun(from);
    },
  },
  {
    name: 'cron-parser',
    prepare(expression, tz) {
      const parsed = CronExpressionParser.parse(expression, { tz });
      return (from) => {
        parsed.reset(from);
        return parsed.next();
      };
    },
  },
  {
    name: 'cron',
    prepare(expression, timeZone) {
      if (expression.includes('L')) return null;
      const time = new CronTime(expression, timeZone);
      return (from) => time.getNextDateFrom(DateTime.fromJSDate(from, { zone: timeZone }));
    },
  },
];

export function run(): boolean {
  console.log('\nMedian of one next(), in microseconds');
  console.log(row(['pattern', 'zone', 'budget', ...LIBRARIES.map(({ name }) => name), '']));
  const kept = ZONES.flatMap(({ timeZone, budgetUs }) =>
    EXPRESSIONS.map((expression) => compare(expression, timeZone, budgetUs)),
  );
  return [...kept, memory()].every((isKept) => isKept);
}

function compare(expression: string, timeZone: string, budgetUs: number): boolean {
  const start = Date.UTC(2026, 0, 1);
  const instants = Array.from(
    { length: INSTANTS },
    (_, i) => new Date(start + ((i * 2_654_435_761) % (3 * 365 * 86_400)) * 1_000),
  );
  const nexts = LIBRARIES.map(({ prepare }) => prepare(expression, timeZone));
  const samples = nexts.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    nexts.forEach((next, i) => {
      // A slow library is asked less often, so that all of it takes seconds.
      const asked = i < 2 ? instants : instants.slice(0, 48);
      if (next && (i < 2 || round % 3 === 0)) samples[i]?.push(...timeEach(next, asked));
    });
  }
  const medians = samples.map(median);
  const [ours = NaN, ...others] = medians;
  const best = Math.min(...others.filter((other) => !Number.isNaN(other)));
  const isKept = ours <= budgetUs && ours < best;
  const figures = medians.map((us) => (Number.isNaN(us) ? '-' : us.toFixed(2)));
  const verdict = isKept ? `${(best / ours).toFixed(1)}x the best` : 'NOT KEPT';
  console.log(row([expression, timeZone, String(budgetUs), ...figures, verdict]));
  return isKept;
}

/** Microseconds of one call, from small batches: a clock cannot see less. */
function timeEach(next: Next, instants: readonly Date[]): number[] {
  const BATCH = 16;
  const times: number[] = [];
  for (let i = 0; i + BATCH <= instants.length; i += BATCH) {
    const since = performance.now();
    for (let j = i; j < i + BATCH; j++) next(instants[j]!);
    times.push(((performance.now() - since) * 1_000) / BATCH);
  }
  return times;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** As a leader holds them: each job with a spec of its own, as it came from the database. */
function memory(): boolean {
  const jobs = 100_000;
  const rows = Array.from({ length: 200 }, (_, i) =>
    JSON.stringify({
      type: 'cron',
      expression: `${i % 60} ${i % 24} * * ${1 + (i % 5)}`,
      timeZone: i % 2 ? 'UTC' : 'Europe/Berlin',
    }),
  );
  const before = heapMb();
  const held = Array.from({ length: jobs }, (_, i) => {
    const spec = JSON.parse(rows[i % rows.length]!) as TriggerSpec;
    const trigger = triggerOf(spec);
    return { spec, trigger, next: trigger.next(new Date(Date.UTC(2026, 0, 1 + (i % 365)))) };
  });
  const used = heapMb() - before;
  const isKept = used < MEMORY_BUDGET_MB && held.length === jobs;
  console.log(
    `\n${jobs} jobs with ${rows.length} patterns: ${used.toFixed(1)} MB ` +
      `(budget ${MEMORY_BUDGET_MB} MB)${isKept ? '' : ' NOT KEPT'}`,
  );
  return isKept;
}

function heapMb(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

function row(cells: readonly string[]): string {
  return cells.map((cell, i) => (i < 2 ? cell.padEnd(17) : cell.padStart(12))).join(' ');
}
