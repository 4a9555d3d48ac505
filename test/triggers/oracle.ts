import type { ClockPolicy } from '../../src/tasks/triggers/time/clock-policy.js';
import { parseTrigger } from '../../src/tasks/triggers/parse-trigger.js';
import type { Window } from './naive-clock.js';
import { naiveFollowsRealTime, NaiveCron } from './naive-cron.js';

/**
 * The brute-force answer beside ours. The oracle walks through all minutes of a window and, where a
 * minute matches, through its seconds; then the two policies that the design states decide about
 * minutes that are left out or shown twice. Nothing else may differ.
 */
export interface Case {
  readonly expression: string;
  readonly policy: Partial<ClockPolicy>;
}

/** What is wrong with our answer; null: nothing. */
export function difference({ expression, policy }: Case, window: Window): string | null {
  const expected = oracle({ expression, policy }, window);
  const { timeZone, minutes } = window;
  const from = minutes[0]?.at ?? 0;
  const until = (minutes.at(-1)?.at ?? 0) + 60_000;
  const trigger = parseTrigger({ type: 'cron', expression, timeZone, ...policy });

  const forwards: number[] = [];
  for (let at = trigger.next(new Date(from - 1)); at && +at < until; at = trigger.next(at)) {
    forwards.push(+at);
  }
  const backwards: number[] = [];
  for (let at = trigger.previous(new Date(until)); at && +at >= from; at = trigger.previous(at)) {
    backwards.unshift(+at);
  }
  const counted = trigger.count?.(new Date(from), new Date(until - 1), 1e9);

  const say = (what: string, actual: readonly number[]) =>
    `${expression} in ${timeZone} with ${JSON.stringify(policy)}, ${what}: ` +
    `missing ${list(expected, actual)}; too many ${list(actual, expected)}`;
  if (!isSame(forwards, expected)) return say('forwards', forwards);
  if (!isSame(backwards, expected)) return say('backwards', backwards);
  if (counted !== expected.length) {
    return `${say('counted', expected)} ${String(counted)} of ${expected.length}`;
  }
  return null;
}

function oracle({ expression, policy }: Case, { minutes, missing }: Window): number[] {
  const followsRealTime = naiveFollowsRealTime(expression);
  const gap = policy.gap ?? (followsRealTime ? 'skip' : 'next-valid');
  const fold = policy.fold ?? (followsRealTime ? 'both' : 'first');
  const naive = new NaiveCron(expression);
  const found = new Set<number>();
  for (const { at, wall, pass } of minutes) {
    if (pass !== 'only' && fold !== 'both' && pass !== fold) continue;
    if (naive.names(wall)) naive.seconds.forEach((second) => found.add(at + second * 1_000));
  }
  if (gap === 'next-valid') {
    for (const { wall, instead } of missing) {
      if (naive.names(wall)) found.add(instead);
    }
  }
  return [...found].sort((a, b) => a - b);
}

const isSame = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((at, i) => at === b[i]);

function list(these: readonly number[], without: readonly number[]): string {
  const others = new Set(without);
  const left = these.filter((at) => !others.has(at)).slice(0, 5);
  return left.map((at) => new Date(at).toISOString()).join(' ') || 'none';
}
