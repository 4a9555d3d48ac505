/**
 * Which of the runs that may start are started, when there are more of them than free slots.
 *
 * By priority alone, a flood of urgent runs would starve all others, and whoever fires on time would
 * wait behind the flood of its own priority. By time alone, an urgent run would wait for whatever came
 * before it. So the slots are shared, in turns:
 *
 *   urgent   by priority, then by time: every second slot
 *   aged     what has waited for longest, once that is a minute, whatever its priority: every fourth
 *   newest   what became due last, whatever its priority: every fourth. What is on time starts on time
 *            while a backlog is worked off from its old end. Only a run whose job has no older one
 *            that waits: the runs of one job keep their order, and a job that has many of them is one
 *            among others.
 *
 * A share that finds nothing goes to what is urgent; and the turns go on from one claim to the next, so
 * that with a single free slot each has its share too.
 */
const TURNS = ['urgent', 'aged', 'urgent', 'newest'] as const;

/** From then on a run has a share of the slots whatever its priority, in ms. */
export const AGED_AFTER_MS = 60_000;

export interface ClaimShares {
  readonly aged: number;
  readonly newest: number;
}

/** @param turn how many slots were given before */
export function claimShares(slots: number, turn: number): ClaimShares {
  const shares = { urgent: 0, aged: 0, newest: 0 };
  for (let n = 0; n < slots; n++) shares[TURNS[(turn + n) % TURNS.length]!]++;
  return { aged: shares.aged, newest: shares.newest };
}

export interface WaitingRun {
  /** Grows with each run. */
  readonly id: string;
  readonly jobId: string;
  readonly task: string;
  readonly priority: number;
  readonly runAt: Date;
}

export interface Slots {
  readonly slots: number;
  readonly turn: number;
  /** How many runs of a task may be taken, for tasks that have a limit. */
  readonly limits: Readonly<Record<string, number>>;
  readonly now: Date;
}

/** Of the runs that may start now, those that do, in no particular order. */
export function pickRuns<Run extends WaitingRun>(
  due: readonly Run[],
  { slots, turn, limits, now }: Slots,
): readonly Run[] {
  const shares = claimShares(slots, turn);
  const byTime = [...due].sort(olderFirst);
  const agedUntil = now.getTime() - AGED_AFTER_MS;
  const aged = first(
    shares.aged,
    byTime.filter(({ runAt }) => runAt.getTime() <= agedUntil),
    limits,
  );
  const heads = oldestOfEachJob(byTime).filter((run) => !aged.includes(run));
  const newest = first(shares.newest, heads.toReversed(), limits);
  const urgent = [...due].sort((a, b) => a.priority - b.priority || olderFirst(a, b));
  return first(slots, [...new Set([...aged, ...newest, ...urgent])], limits);
}

/** The first of them, no more of a task than its limit. */
function first<Run extends WaitingRun>(
  most: number,
  runs: readonly Run[],
  limits: Slots['limits'],
): readonly Run[] {
  const taken: Run[] = [];
  const ofTask = new Map<string, number>();
  for (const run of runs) {
    if (taken.length >= most) break;
    const count = (ofTask.get(run.task) ?? 0) + 1;
    if (count > (limits[run.task] ?? Infinity)) continue;
    ofTask.set(run.task, count);
    taken.push(run);
  }
  return taken;
}

function oldestOfEachJob<Run extends WaitingRun>(byTime: readonly Run[]): Run[] {
  const jobs = new Set<string>();
  return byTime.filter(({ jobId }) => !jobs.has(jobId) && jobs.add(jobId));
}

const olderFirst = (a: WaitingRun, b: WaitingRun) =>
  a.runAt.getTime() - b.runAt.getTime() || Number(a.id) - Number(b.id);
