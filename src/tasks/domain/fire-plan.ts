import { jitterOf } from './jitter.js';
import type { JobPolicy } from './job.js';
import type { SkipReason } from './run.js';
import { stretches, type HalfOpen, type Stretch } from './stretches.js';
import { MAX_PERIOD_MS } from '../triggers/trigger-spec.js';
import type { Trigger } from '../triggers/trigger.js';

/**
 * What becomes of a job's due fire times. Pure: the leader asks, and one statement then writes the
 * answer, so that every fire time is accounted for in the moment the plan moves past it.
 *
 * The fire times from the planned one up to now are cut into stretches by the cluster's pauses:
 *
 *   planned                                                            now      next
 *   ──┬───────────────────┬──────────────┬──────────────────────────────┬────────▶
 *     │ too late: misfired │    paused    │ within the grace: coalesced  │
 *     └───────────────────┴──────────────┴───────────────── ● chosen ───┘
 *
 * Each stretch becomes one skipped row that covers a range. The chosen fire times become candidates:
 * whether a candidate runs, waits its turn or is skipped as overlapped is decided by the statement,
 * from live rows. So is whether the job has had its `maxRuns`: a candidate that is skipped does not
 * count. But there are never more candidates than runs left.
 */
export interface FirePlanInput {
  readonly jobId: string;
  readonly trigger: Trigger;
  readonly policy: Pick<JobPolicy, 'misfireGraceMs' | 'coalesce' | 'jitterMs' | 'maxRuns'>;
  /** How many runs the trigger has started already, against `maxRuns`. */
  readonly fired: number;
  /** The planned fire time, not later than `now`. */
  readonly plannedAt: Date;
  readonly now: Date;
  /** When the cluster was paused, in order and without overlap; `to` is null while it still is. */
  readonly pauses: readonly Stretch[];
}

/** Fire times that do not run, both bounds among them. */
export interface SkippedRange {
  readonly reason: SkipReason;
  readonly from: Date;
  readonly to: Date;
  /** Exact up to `MAX_COUNTED`, null beyond. */
  readonly count: number | null;
}

/** A fire time that may run. */
export interface Candidate {
  readonly fireAt: Date;
  /** Not before this: the fire time and its jitter, always below the next fire time. */
  readonly runAt: Date;
}

export interface FirePlan {
  /** In order. */
  readonly candidates: readonly Candidate[];
  readonly ranges: readonly SkippedRange[];
  /** The last fire time accounted for. */
  readonly lastFireAt: Date;
  /** The next fire time, after `now`; null: there is none, or the job had all its runs before. */
  readonly nextFireAt: Date | null;
}

/** Ranges of more fire times are not counted. */
export const MAX_COUNTED = 10_000;

/** Under `coalesce: all`, so many of the latest missed fire times may still run. */
export const MAX_BACKLOG = 1_000;

export function planFires(input: FirePlanInput): FirePlan {
  const { trigger, plannedAt, now } = input;
  const following = trigger.next(plannedAt);
  const alone = following === null || following > now;
  const { chosen, ranges } =
    alone && isPlain(input) ? { chosen: [plannedAt], ranges: [] } : divide(input);
  const next = alone ? following : trigger.next(now);
  return {
    candidates: chosen.map((fireAt) => ({ fireAt, runAt: runAt(input, fireAt) })),
    ranges,
    lastFireAt: alone ? plannedAt : (trigger.previous(after(now)) ?? plannedAt),
    nextFireAt: runsLeft(input) === 0 ? null : next,
  };
}

/** The ordinary case: one fire time, on time, no pause. */
function isPlain(input: FirePlanInput): boolean {
  const { policy, plannedAt, now, pauses } = input;
  const onTime = !isBefore(plannedAt, graceLimit(policy, now));
  return pauses.length === 0 && onTime && runsLeft(input) > 0;
}

/** How many runs the trigger may still start. */
export function runsLeft({ policy, fired }: Pick<FirePlanInput, 'policy' | 'fired'>): number {
  return policy.maxRuns === null ? Infinity : Math.max(0, policy.maxRuns - fired);
}

/** A run that waits so long that the next fire time comes first would overlap with it. */
function runAt({ jobId, trigger, policy: { jitterMs } }: FirePlanInput, fireAt: Date): Date {
  if (jitterMs === 0) return fireAt;
  const next = trigger.next(fireAt);
  const gapMs = next === null ? Infinity : next.getTime() - fireAt.getTime();
  return new Date(fireAt.getTime() + jitterOf(jobId, fireAt, Math.min(jitterMs, gapMs - 1)));
}

function divide(input: FirePlanInput): { chosen: Date[]; ranges: SkippedRange[] } {
  const { trigger, policy, plannedAt, now, pauses } = input;
  const limit = graceLimit(policy, now);
  const ranges: SkippedRange[] = [];
  const eligible: Stretch[] = [];
  for (const { from, until, paused } of stretches(plannedAt, now, pauses)) {
    if (paused) {
      push(ranges, rangeOf(trigger, 'paused', from, until));
      continue;
    }
    const split = limit === null || limit <= from ? from : limit < until ? limit : until;
    push(ranges, rangeOf(trigger, 'misfired', from, split));
    if (split < until) eligible.push({ from: split, to: until });
  }
  const left = runsLeft(input);
  const chosen = left > 0 ? choose(trigger, policy.coalesce, left, eligible) : [];
  const reason: SkipReason = policy.coalesce === 'all' || left === 0 ? 'limit' : 'coalesced';
  for (const { from, to } of eligible) {
    const until = to ?? after(now);
    for (const gap of around(chosen, from, until)) {
      push(ranges, rangeOf(trigger, reason, gap.from, gap.until));
    }
  }
  return { chosen, ranges };
}

/** The fire times that may run. */
function choose(
  trigger: Trigger,
  coalesce: JobPolicy['coalesce'],
  left: number,
  eligible: readonly Stretch[],
): Date[] {
  if (coalesce === 'earliest') {
    for (const { from, to } of eligible) {
      const first = trigger.next(before(from));
      if (first && to && first < to) return [first];
    }
    return [];
  }
  const most = coalesce === 'all' ? Math.min(MAX_BACKLOG, left) : 1;
  const chosen: Date[] = [];
  for (const { from, to } of eligible.toReversed()) {
    let at = to && trigger.previous(to);
    while (at && at >= from && chosen.length < most) {
      chosen.push(at);
      at = trigger.previous(at);
    }
  }
  return chosen.reverse();
}

/** What is left of [from, until) between the chosen fire times: before the first, after the last. */
function around(chosen: readonly Date[], from: Date, until: Date): HalfOpen[] {
  const first = chosen[0];
  const last = chosen.at(-1);
  if (!first || !last) return [{ from, until }];
  return [
    { from, until: first < until ? first : until },
    { from: after(last) > from ? after(last) : from, until },
  ].filter((gap) => gap.from < gap.until);
}

/** The fire times in [from, until) as one range; null: there is none. */
export function rangeOf(
  trigger: Trigger,
  reason: SkipReason,
  from: Date,
  until: Date,
): SkippedRange | null {
  const first = from < until ? trigger.next(before(from)) : null;
  if (first === null || first >= until) return null;
  const last = trigger.previous(until) ?? first;
  return { reason, from: first, to: last, count: count(trigger, first, last) };
}

function count(trigger: Trigger, first: Date, last: Date): number | null {
  if (trigger.count) {
    const counted = trigger.count(first, last, MAX_COUNTED + 1);
    return counted > MAX_COUNTED ? null : counted;
  }
  let n = 1;
  for (let at = first; at < last; n++) {
    if (n >= MAX_COUNTED) return null;
    at = trigger.next(at) ?? last;
  }
  return n;
}

/** Fire times before this instant are too late; null: none is. */
function graceLimit(policy: Pick<JobPolicy, 'misfireGraceMs'>, now: Date): Date | null {
  const { misfireGraceMs } = policy;
  if (misfireGraceMs === null || misfireGraceMs > MAX_PERIOD_MS) return null;
  return new Date(now.getTime() - misfireGraceMs);
}

function push(ranges: SkippedRange[], range: SkippedRange | null): void {
  if (range) ranges.push(range);
}

const isBefore = (at: Date, limit: Date | null) => limit !== null && at < limit;
const after = (at: Date) => new Date(at.getTime() + 1);
const before = (at: Date) => new Date(at.getTime() - 1);
