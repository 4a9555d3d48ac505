import { merged, percentilesOf, type Histogram, type Percentiles } from './histogram.js';
import type { RunState } from './run.js';
import { daysOf } from '../triggers/days.js';

/** What ended in one state. */
export interface Sum {
  readonly state: RunState;
  readonly runs: number;
  /** How late they started. */
  readonly lags: Histogram;
  /** How long they took. */
  readonly durations: Histogram;
}

export interface HourSum extends Sum {
  /** The beginning of the hour. */
  readonly hour: Date;
}

/** Sums of all states as they are told. */
export interface Summary {
  readonly runs: Readonly<Partial<Record<RunState, number>>>;
  readonly lagMs: Percentiles | null;
  readonly durationMs: Percentiles | null;
}

export interface Bucket extends Summary {
  readonly from: Date;
  readonly to: Date;
}

const HOUR_MS = 3_600_000;

export const hourOf = (at: Date): Date => new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS);

/** Several sums as one. */
export function summaryOf(sums: readonly Sum[]): Summary {
  const runs: Partial<Record<RunState, number>> = {};
  for (const sum of sums) runs[sum.state] = (runs[sum.state] ?? 0) + sum.runs;
  return {
    runs,
    lagMs: percentilesOf(merged(sums.map(({ lags }) => lags))),
    durationMs: percentilesOf(merged(sums.map(({ durations }) => durations))),
  };
}

/** The hours, or days of a zone, that lie in a range, whole ones: their edges, one more than there are. */
export function edgesOf(by: 'hour' | 'day', from: Date, to: Date, timeZone: string): Date[] {
  const edges: Date[] = [];
  if (by === 'hour') {
    let at = hourOf(from).getTime();
    for (; at < to.getTime(); at += HOUR_MS) edges.push(new Date(at));
    return [...edges, new Date(at)];
  }
  return daysOf(timeZone, from, to);
}

/** What ended between each edge and the next; an hour belongs where its beginning lies. */
export function* bucketsOf(
  hours: readonly HourSum[],
  edges: readonly Date[],
): Generator<Bucket, void> {
  const sums = hours.toSorted((a, b) => a.hour.getTime() - b.hour.getTime());
  let next = 0;
  for (const [nth, to] of edges.slice(1).entries()) {
    const from = edges[nth]!;
    const within: HourSum[] = [];
    for (; next < sums.length && sums[next]!.hour < to; next++) {
      if (sums[next]!.hour >= hourOf(from)) within.push(sums[next]!);
    }
    yield { from, to, ...summaryOf(within) };
  }
}
