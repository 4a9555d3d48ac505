import { IntervalRule } from './interval-rule.js';
import { LAST_INSTANT } from '../time/calendar.js';
import type { Rule } from './rule.js';

/**
 * Of rules that must all fire, the intervals merged into one: two grids meet on a grid again, or
 * never. Stepping from one to the other could take years of periods to find that out.
 */
export function mergeIntervals(rules: readonly Rule[]): readonly Rule[] {
  const intervals = rules.filter((rule) => rule instanceof IntervalRule);
  if (intervals.length < 2) return rules;
  const others = rules.filter((rule) => !(rule instanceof IntervalRule));
  return [intervals.reduce(commonGrid), ...others];
}

// The products are larger than what a number holds exactly.
function commonGrid(one: IntervalRule, other: IntervalRule): IntervalRule {
  const [a, p] = [BigInt(one.anchor), BigInt(one.period)];
  const [b, q] = [BigInt(other.anchor), BigInt(other.period)];
  const { divisor, inverse } = euclid(p, q);
  if ((b - a) % divisor !== 0n) return NEVER;
  const period = (p / divisor) * q;
  const steps = modulo(((b - a) / divisor) * inverse, q / divisor);
  const meeting = a + steps * p;
  const start = a > b ? a : b;
  const first = start + modulo(meeting - start, period);
  return new IntervalRule(Number(period), Number(first), Math.min(one.end, other.end));
}

const NEVER = new IntervalRule(1, LAST_INSTANT + 1);

/** The greatest common divisor of both, and what `p` must be multiplied with to reach it, modulo `q`. */
function euclid(p: bigint, q: bigint): { divisor: bigint; inverse: bigint } {
  let [r, nextR] = [p, q];
  let [s, nextS] = [1n, 0n];
  while (nextR !== 0n) {
    const quotient = r / nextR;
    [r, nextR] = [nextR, r - quotient * nextR];
    [s, nextS] = [nextS, s - quotient * nextS];
  }
  return { divisor: r, inverse: s };
}

const modulo = (n: bigint, by: bigint) => ((n % by) + by) % by;
