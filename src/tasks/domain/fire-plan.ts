import type { JobPolicy } from './job.js';
import type { SkipReason } from './run.js';
import { LONGEST_PERIOD_MS } from './triggers/trigger-spec.js';
import type { Trigger } from './triggers/trigger.js';

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
 * whether a candidate runs or is skipped as overlapped is decided by the statement, from live rows.
 */
export interface FirePlanInput {
  readonly trigger: Trigger;
  readonly policy: Pick<JobPolicy, 'misfireGraceMs' | 'coalesce'>;
  /** The planned fire time, not later than `now`. */
  readonly plannedAt: Date;
  readonly now: Date;
  /** When the cluster was paused, in order and without overlap; `to` is null while it still is. */
  readonly pauses: readonly Stretch[];
}

export interface Stretch {
  readonly from: Date;
  readonly to: Date | null;
}

/** Fire times that do not run, both bounds among them. */
export interface SkippedRange {
  readonly reason: SkipReason;
  readonly from: Date;
  readonly to: Date;
  /** Exact up to `MOST_COUNTED`, null beyond. */
  readonly count: number | null;
}

export interface FirePlan {
  /** Fire times that may run, in order. */
  readonly candidates: readonly Date[];
  readonly ranges: readonly SkippedRange[];
  /** The last fire time accounted for. */
  readonly lastFireAt: Date;
  /** The next fire time, after `now`; null: there is none. */
  readonly nextFireAt: Date | null;
}

/** Ranges of more fire times are not counted. */
export const MOST_COUNTED = 10_000;

/** Under `coalesce: all`, so many of the latest missed fire times may still run. */
export const MOST_BACKLOG = 1_000;

export function planFires(input: FirePlanInput): FirePlan {
  const { trigger, plannedAt, now } = input;
  const following = trigger.next(plannedAt);
  const alone = following === null || following > now;
  const { candidates, ranges } =
    alone && isPlain(input) ? { candidates: [plannedAt], ranges: [] } : divide(input);
  return {
    candidates,
    ranges,
    lastFireAt: alone ? plannedAt : (trigger.previous(after(now)) ?? plannedAt),
    nextFireAt: alone ? following : trigger.next(now),
  };
}

/** The ordinary case: one fire time, on time, no pause. */
function isPlain({ policy, plannedAt, now, pauses }: FirePlanInput): boolean {
  return pauses.length === 0 && !isBefore(plannedAt, graceLimit(policy, now));
}

function divide(input: FirePlanInput): Pick<FirePlan, 'candidates' | 'ranges'> {
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
  const chosen = choose(trigger, policy.coalesce, eligible);
  const reason: SkipReason = policy.coalesce === 'all' ? 'limit' : 'coalesced';
  for (const { from, to } of eligible) {
    const until = to ?? after(now);
    for (const gap of around(chosen, from, until)) {
      push(ranges, rangeOf(trigger, reason, gap.from, gap.until));
    }
  }
  return { candidates: chosen, ranges };
}

interface HalfOpen {
  readonly from: Date;
  readonly until: Date;
}

/** [planned, now] cut at the pauses, as half-open stretches in order. */
function* stretches(
  planned: Date,
  now: Date,
  pauses: readonly Stretch[],
): Generator<HalfOpen & { paused: boolean }> {
  const end = after(now);
  let at = planned;
  for (const pause of pauses) {
    const from = pause.from < at ? at : pause.from;
    const until = pause.to === null || pause.to > end ? end : pause.to;
    if (until <= at || from >= end) continue;
    if (from > at) yield { from: at, until: from, paused: false };
    yield { from, until, paused: true };
    at = until;
  }
  if (at < end) yield { from: at, until: end, paused: false };
}

/** The fire times that may run. */
function choose(trigger: Trigger, coalesce: string, eligible: readonly Stretch[]): Date[] {
  if (coalesce === 'earliest') {
    for (const { from, to } of eligible) {
      const first = trigger.next(before(from));
      if (first && to && first < to) return [first];
    }
    return [];
  }
  const most = coalesce === 'all' ? MOST_BACKLOG : 1;
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
    const counted = trigger.count(first, last, MOST_COUNTED + 1);
    return counted > MOST_COUNTED ? null : counted;
  }
  let n = 1;
  for (let at = first; at < last; n++) {
    if (n >= MOST_COUNTED) return null;
    at = trigger.next(at) ?? last;
  }
  return n;
}

/** Fire times before this instant are too late; null: none is. */
function graceLimit(policy: Pick<JobPolicy, 'misfireGraceMs'>, now: Date): Date | null {
  const { misfireGraceMs } = policy;
  if (misfireGraceMs === null || misfireGraceMs > LONGEST_PERIOD_MS) return null;
  return new Date(now.getTime() - misfireGraceMs);
}

function push(ranges: SkippedRange[], range: SkippedRange | null): void {
  if (range) ranges.push(range);
}

const isBefore = (at: Date, limit: Date | null) => limit !== null && at < limit;
const after = (at: Date) => new Date(at.getTime() + 1);
const before = (at: Date) => new Date(at.getTime() - 1);
