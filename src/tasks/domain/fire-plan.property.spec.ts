import { describe, expect, it } from 'vitest';
import { planFires, type FirePlanInput } from './fire-plan.js';
import { COALESCE } from './job.js';
import type { Stretch } from './stretches.js';
import { parseTrigger } from '../triggers/parse-trigger.js';
import type { Trigger } from '../triggers/trigger.js';

/** Some seconds' worth. A failure prints its seed. */
const CASES = 300;

/** A small seeded generator: the same seed makes the same case. */
function mulberry32(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Chance {
  constructor(private readonly random: () => number) {}
  upTo = (most: number) => Math.floor(this.random() * (most + 1));
  oneOf = <T>(choices: readonly T[]): T => choices.at(this.upTo(choices.length - 1)) as T;
  happens = (odds: number) => this.random() < odds;
}

const SPECS = [
  { type: 'interval', seconds: 7, milliseconds: 300 },
  { type: 'interval', milliseconds: 10 },
  { type: 'interval', minutes: 1, startAt: '2026-03-28T22:00:00.500Z' },
  { type: 'cron', expression: '* * * * *' },
  { type: 'cron', expression: '*/20 * * * * *', utcOffset: 90 },
  { type: 'cron', expression: '*/10 * * * *', timeZone: 'Europe/Berlin' },
  { type: 'cron', expression: '30 2 * * *', timeZone: 'Europe/Berlin' },
  { type: 'cron', expression: '15 */2 * * *', timeZone: 'Australia/Lord_Howe' },
  { type: 'cron', expression: '0 0 * * 1-5', timeZone: 'America/New_York' },
  { type: 'date', at: '2026-03-29T01:00:00.000Z' },
] as const;

/** Spring and autumn of Europe, where a day has 23 and 25 hours, and a quiet time. */
const STARTS = ['2026-03-28T20:00:00Z', '2026-10-24T21:00:00Z', '2026-06-01T09:15:00.123Z'];

function aCase(chance: Chance): FirePlanInput | null {
  const spec = chance.oneOf(SPECS);
  const trigger = parseTrigger(spec);
  const start = new Date(Date.parse(chance.oneOf(STARTS)) + chance.upTo(3_600_000));
  const plannedAt = trigger.next(start);
  if (plannedAt === null) return null;
  const times = fireTimes(trigger, plannedAt, 1 + chance.upTo(chance.oneOf([0, 2, 40])));
  const last = times.at(-1)!;
  const after = trigger.next(last) ?? new Date(last.getTime() + 60_000);
  const now = chance.happens(0.2)
    ? last
    : new Date(last.getTime() + chance.upTo(after.getTime() - last.getTime() - 1));
  const span = now.getTime() - plannedAt.getTime();
  return {
    jobId: `job-${chance.upTo(9)}`,
    trigger,
    plannedAt,
    now,
    fired: chance.upTo(4),
    policy: {
      coalesce: chance.oneOf(COALESCE),
      misfireGraceMs: chance.oneOf([null, 1, 1 + chance.upTo(span), span + 1, 86_400_000]),
      jitterMs: chance.oneOf([0, 0, 1, 5_000, 86_400_000]),
      maxRuns: chance.oneOf([null, null, 1, 1 + chance.upTo(40)]),
    },
    pauses: pauses(chance, plannedAt, span, times),
  };
}

function fireTimes(trigger: Trigger, first: Date, most: number): Date[] {
  const times = [first];
  for (let next = trigger.next(first); next && times.length < most; next = trigger.next(next)) {
    times.push(next);
  }
  return times;
}

/** In order and without overlap; often exactly at a fire time, where an error by one shows. */
function pauses(chance: Chance, from: Date, span: number, times: readonly Date[]): Stretch[] {
  const count = chance.oneOf([0, 0, 1, 2, 3]);
  const bounds = Array.from({ length: 2 * count }, () =>
    chance.happens(0.4)
      ? chance.oneOf(times).getTime() + chance.upTo(2) - 1
      : from.getTime() - 5_000 + chance.upTo(span + 10_000),
  )
    .toSorted((a, b) => a - b)
    .map((ms) => new Date(ms));
  const open = chance.happens(0.3);
  return Array.from({ length: count }, (_, n) => {
    const [begun, ended] = bounds.slice(2 * n) as [Date, Date];
    return { from: begun, to: open && n === count - 1 ? null : ended };
  });
}

/** What is wrong with a plan, found by walking over every fire time. */
function wrongs(input: FirePlanInput): string[] {
  const { trigger, plannedAt, now, policy, pauses: paused } = input;
  const plan = planFires(input);
  const { ranges } = plan;
  const candidates = plan.candidates.map(({ fireAt }) => fireAt);
  const left = policy.maxRuns === null ? Infinity : Math.max(0, policy.maxRuns - input.fired);
  const due = fireTimes(trigger, plannedAt, 100).filter((time) => time <= now);
  const held = (time: Date) =>
    paused.some(({ from, to }) => from <= time && (to === null || time < to));
  const tooLate = (time: Date) =>
    policy.misfireGraceMs !== null && now.getTime() - time.getTime() > policy.misfireGraceMs;
  const may = due.filter((time) => !held(time) && !tooLate(time));
  const { coalesce } = policy;
  const most = coalesce === 'all' ? left : Math.min(left, 1);
  const last = may.slice(Math.max(0, may.length - most));
  const chosen = coalesce === 'earliest' ? may.slice(0, most) : last;
  const cut = coalesce === 'all' || left === 0 ? 'limit' : 'coalesced';

  const wrong: string[] = [];
  if (say(candidates) !== say(chosen)) wrong.push(`${say(candidates)} may run, not ${say(chosen)}`);
  for (const time of due) {
    const covering = ranges.filter(({ from, to }) => from <= time && time <= to);
    const runs = candidates.some((candidate) => candidate.getTime() === time.getTime());
    if (covering.length !== (runs ? 0 : 1)) wrong.push(`${say([time])} is in ${say(covering)}`);
    const reason = held(time) ? 'paused' : tooLate(time) ? 'misfired' : cut;
    if (covering.some((range) => range.reason !== reason))
      wrong.push(`${say([time])} is ${reason}`);
  }
  const known = new Set(due.map(Number));
  for (const range of ranges) {
    const { from, to, count } = range;
    const exact = due.filter((time) => from <= time && time <= to).length;
    if (count !== exact) wrong.push(`${say(range)} holds ${exact}`);
    if (!known.has(Number(from)) || !known.has(Number(to))) wrong.push(`${say(range)} is off`);
  }
  if (say(plan.lastFireAt) !== say(due.at(-1))) wrong.push(`${say(plan.lastFireAt)} is not last`);
  const next = left === 0 ? null : trigger.next(now);
  if (say(plan.nextFireAt) !== say(next)) wrong.push(`${say(plan.nextFireAt)} is next`);
  for (const { fireAt, runAt } of plan.candidates) {
    const waits = runAt.getTime() - fireAt.getTime();
    const following = trigger.next(fireAt);
    if (waits < 0 || waits > policy.jitterMs) wrong.push(`${say([fireAt])} waits ${waits} ms`);
    if (following && runAt >= following) wrong.push(`${say([fireAt])} runs into the next one`);
  }
  return wrong;
}

const say = (value: unknown) => JSON.stringify(value);

describe('planFires', () => {
  it('accounts for every fire time exactly once, whatever the trigger, policy and pauses', () => {
    const first = 1 + Math.floor(Math.random() * 1_000_000);
    for (let seed = first; seed < first + CASES; seed++) {
      const input = aCase(new Chance(mulberry32(seed)));
      if (input === null) continue;
      const { trigger: _, ...printed } = input;
      expect(wrongs(input), `seed ${seed}: ${say(printed)}`).toEqual([]);
    }
  });
});
