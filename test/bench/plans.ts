import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { planFires, type FirePlan } from '../../src/tasks/domain/fire-plan.js';
import { jobPolicySchema, type Coalesce } from '../../src/tasks/domain/job.js';
import { parseTrigger } from '../../src/tasks/triggers/parse-trigger.js';
import type { TriggerSpec } from '../../src/tasks/triggers/trigger-spec.js';

/** What it costs to plan a job of every second that is a year behind, however it makes up for that. */
const NOW = new Date('2026-03-02T12:00:00.500Z');
const YEAR_AGO = new Date('2025-03-02T12:00:00.000Z');
const ROUNDS = 25;
const BUDGET_MS = 5;
const MEMORY_BUDGET_MB = 2;

const JOBS: readonly { readonly name: string; readonly spec: TriggerSpec }[] = [
  { name: 'interval', spec: { type: 'interval', seconds: 1 } },
  { name: 'cron', spec: { type: 'cron', expression: '* * * * * *' } },
  {
    name: 'cron in a zone',
    spec: { type: 'cron', expression: '* * * * * *', timeZone: 'America/New_York' },
  },
];

export function run(): boolean {
  console.log('\nA job of every second, a year behind, without a grace');
  console.log(row(['trigger', 'coalesce', 'median ms', 'slowest ms', 'plan MB', '']));
  return JOBS.flatMap(({ name, spec }) =>
    (['latest', 'earliest', 'all'] as const).map((coalesce) => measure(name, spec, coalesce)),
  ).every((isKept) => isKept);
}

function measure(name: string, spec: TriggerSpec, coalesce: Coalesce): boolean {
  const trigger = parseTrigger(spec);
  const policy = jobPolicySchema.parse({ coalesce, misfireGraceMs: null });
  const common = { jobId: 'tick', fired: 0, pauses: [], plannedAt: YEAR_AGO, now: NOW };
  const plan = () => planFires({ ...common, trigger, policy });
  const times = Array.from({ length: ROUNDS }, () => {
    const since = performance.now();
    plan();
    return performance.now() - since;
  }).sort((a, b) => a - b);
  const median = times[Math.floor(ROUNDS / 2)]!;
  const mb = memoryOf(plan);
  // Under `all` a thousand runs are planned: what is promised of that is its memory.
  const isKept = (coalesce === 'all' || median < BUDGET_MS) && mb < MEMORY_BUDGET_MB;
  const figures = [median, times.at(-1)!, mb].map((figure) => figure.toFixed(2));
  console.log(row([name, coalesce, ...figures, isKept ? '' : 'NOT KEPT']));
  return isKept;
}

/** What a plan holds on to, in megabytes. */
function memoryOf(plan: () => FirePlan): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const before = process.memoryUsage().heapUsed;
  const held = Array.from({ length: 10 }, plan);
  collect();
  return (process.memoryUsage().heapUsed - before) / held.length / 2 ** 20;
}

function row(cells: readonly string[]): string {
  return cells.map((cell, i) => (i < 2 ? cell.padEnd(16) : cell.padStart(11))).join(' ');
}
