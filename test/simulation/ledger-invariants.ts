import type { Run } from '../../src/tasks/domain/run.js';
import { triggerOf } from '../../src/tasks/triggers/parse-trigger.js';
import type { History, JobHistory, PlanStretch } from './history.js';
import type { Invariant } from './invariants.js';

/** What the rows of the ledger must be, seen from the triggers. */
export const LEDGER_INVARIANTS: readonly Invariant[] = [
  {
    name: 'one row per fire time',
    says: 'For each job and fire time the ledger has at most one fired row.',
    *violations({ runs }) {
      const seen = new Map<string, Run>();
      for (const run of runs.filter(isFired)) {
        const key = `${run.jobId} at ${run.fireAt.toISOString()}`;
        const other = seen.get(key);
        if (other) yield { detail: `${key} has two rows`, evidence: [other, run] };
        seen.set(key, run);
      }
    },
  },
  {
    name: 'no fire time vanishes',
    says: 'Up to the planned one, each fire time of a job has its own row or lies in one range row.',
    *violations(history) {
      for (const job of history.jobs) {
        const { rows, ranges } = firedRows(history, job.id);
        for (const at of fireTimes(history, job)) {
          const covering = [
            ...(rows.get(at) ?? []),
            ...ranges.filter((range) => covers(range, at)),
          ];
          if (covering.length === 1) continue;
          const when = new Date(at).toISOString();
          yield {
            detail: `${job.id} at ${when} is accounted for ${covering.length} times`,
            evidence: covering,
          };
        }
      }
    },
  },
  {
    name: 'no fire time is made up',
    says: 'A fired row is of a fire time of its job, a range begins and ends with one and counts them.',
    *violations(history) {
      for (const job of history.jobs) {
        const times = fireTimes(history, job);
        const known = new Set(times);
        const { rows, ranges } = firedRows(history, job.id);
        for (const [at, [run]] of rows) {
          if (known.has(at)) continue;
          yield { detail: `${job.id} has no fire time at ${iso(at)}`, evidence: [run] };
        }
        for (const range of ranges) {
          const inside = times.filter((at) => covers(range, at));
          const bounds = inside[0] === ms(range.coversFrom) && inside.at(-1) === ms(range.coversTo);
          const counted = range.coversCount === null || range.coversCount === inside.length;
          if (bounds && counted) continue;
          const detail = `a range of ${job.id} holds ${inside.length} fire times, or other bounds`;
          yield { detail, evidence: [range] };
        }
      }
    },
  },
  {
    name: 'ranges hold no other row',
    says: "A range row of a job does not contain another fired row's fire time.",
    *violations(history) {
      for (const job of history.jobs) {
        const { rows, ranges } = firedRows(history, job.id);
        for (const range of ranges) {
          const inside = [...rows].filter(([at]) => covers(range, at)).flatMap(([, runs]) => runs);
          const overlapping = ranges.filter(
            (other) => other !== range && covers(range, ms(other.coversTo)),
          );
          if (inside.length + overlapping.length === 0) continue;
          const detail = `a range of ${job.id} contains ${inside.length + overlapping.length} rows`;
          yield { detail, evidence: [range, ...inside, ...overlapping] };
        }
      }
    },
  },
  {
    name: 'a row says why',
    says: 'A skipped row has a reason and an end, and a range row is a skipped one at its last fire time.',
    *violations({ runs }) {
      for (const run of runs) {
        const skipped = run.state === 'skipped';
        const unexplained = skipped && (run.reason === null || run.finishedAt === null);
        const range = run.coversFrom !== null || run.coversTo !== null;
        const misplaced = range && !(skipped && ms(run.coversTo) === ms(run.fireAt));
        if (unexplained || misplaced) yield { detail: `run ${run.id}`, evidence: [run] };
      }
    },
  },
];

const isFired = (run: Run) => run.cause === 'fired';
const ms = (at: Date | null) => at?.getTime() ?? NaN;
const iso = (at: number) => new Date(at).toISOString();
const covers = (range: Run, at: number) => ms(range.coversFrom) <= at && at <= ms(range.coversTo);

function firedRows({ runs }: History, jobId: string) {
  const rows = new Map<number, Run[]>();
  const ranges: Run[] = [];
  for (const run of runs) {
    if (run.jobId !== jobId || !isFired(run)) continue;
    if (run.coversFrom !== null) ranges.push(run);
    else rows.set(ms(run.fireAt), [...(rows.get(ms(run.fireAt)) ?? []), run]);
  }
  return { rows, ranges };
}

/** The fire times that the ledger must account for, in order. */
function fireTimes(history: History, job: JobHistory): number[] {
  const times = job.plans.flatMap((plan) => [...timesOf(plan, endOf(history, job, plan))]);
  return [...new Set(times)].sort((a, b) => a - b);
}

/** The plan in force reaches up to its next fire time; one that has none is paused, or at its end. */
function endOf({ now }: History, job: JobHistory, { until }: PlanStretch): number {
  const { nextFireAt, idleSince, lastFireAt, policy } = job;
  if (until !== null) return until.getTime();
  if (nextFireAt !== null) return nextFireAt.getTime() - 1;
  if (idleSince !== null) return idleSince.getTime();
  return (policy.maxRuns === null ? now : (lastFireAt ?? now)).getTime();
}

function* timesOf({ trigger: spec, after }: PlanStretch, end: number): Generator<number> {
  const trigger = triggerOf(spec);
  let at = trigger.next(after);
  for (; at !== null && at.getTime() <= end; at = trigger.next(at)) yield at.getTime();
}
