import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/tasks/domain/errors.js';
import { describe as inWords } from '../../src/tasks/triggers/words/describe.js';
import { fireTimes } from '../../src/tasks/triggers/fire-times.js';
import { parseTrigger, triggerOf } from '../../src/tasks/triggers/parse-trigger.js';
import type { Trigger } from '../../src/tasks/triggers/trigger.js';
import { triggerSpecSchema } from '../../src/tasks/triggers/trigger-spec.js';
import { SEED } from './seed.js';
import { anySpec, instant, plainSpec } from './specs-by-chance.js';

/** Specs that never fire are refused, and no subject here. */
function parsed(spec: object): Trigger {
  try {
    return parseTrigger(spec);
  } catch (error) {
    fc.pre(!(error instanceof InvalidInputError));
    throw error;
  }
}

/** Within ten years: a search that takes very long may be given up, and that is no subject here. */
function chain(trigger: Trigger, after: Date, most: number): Date[] {
  const end = +after + 10 * 365 * 86_400_000;
  const times: Date[] = [];
  for (let at = trigger.next(after); at && +at < end && times.length < most;) {
    times.push(at);
    at = trigger.next(at);
  }
  return times;
}

const check = (runs: number, property: (spec: object, at: Date) => void) =>
  fc.assert(fc.property(anySpec, instant, property), { numRuns: runs, seed: SEED });

beforeAll(() => console.log(`fast-check seed: ${SEED}`));

describe('every trigger', () => {
  it('goes forward: each fire time is after the one before', () => {
    check(400, (spec, at) => {
      let last = +at;
      for (const time of chain(parsed(spec), at, 20)) {
        expect(+time).toBeGreaterThan(last);
        last = +time;
      }
    });
  });

  it('finds nothing between an instant and its next fire time when it looks back', () => {
    check(400, (spec, at) => {
      const trigger = parsed(spec);
      const next = trigger.next(at);
      fc.pre(next !== null);
      const back = trigger.previous(next);
      if (back) expect(+back).toBeLessThanOrEqual(+at);
      expect(trigger.previous(new Date(+next + 1))).toEqual(next);
    });
  });

  it('finds the same fire times backwards as forwards', () => {
    check(250, (spec, at) => {
      const trigger = parsed(spec);
      const forwards = chain(trigger, at, 10);
      const last = forwards.at(-1);
      fc.pre(last !== undefined);
      const backwards: Date[] = [];
      for (let t = trigger.previous(new Date(+last + 1)); t && t > at; t = trigger.previous(t)) {
        backwards.unshift(t);
      }
      expect(backwards).toEqual(forwards);
    });
  });

  it('counts as many fire times as there are', () => {
    fc.assert(
      fc.property(plainSpec, instant, (spec, at) => {
        const trigger = parsed(spec);
        const times = chain(trigger, at, 100);
        const [first, last] = [times[0], times.at(-1)];
        fc.pre(first !== undefined && last !== undefined);
        expect(trigger.count?.(first, last, 1_000)).toBe(times.length);
        expect(trigger.count?.(new Date(+at + 1), last, 5)).toBe(Math.min(times.length, 5));
      }),
      { numRuns: 400, seed: SEED },
    );
  });

  it('is the same after a round trip through JSON', () => {
    check(250, (spec, at) => {
      const trigger = parsed(spec);
      const read = triggerSpecSchema.parse(JSON.parse(JSON.stringify(spec)));
      expect(read).toEqual(spec);
      expect(chain(triggerOf(read), at, 5)).toEqual(chain(trigger, at, 5));
    });
  });

  it('has words, and a preview of the same fire times', () => {
    check(250, (spec, at) => {
      const times = chain(parsed(spec), new Date(+at - 1), 5);
      expect(inWords(spec).length).toBeGreaterThan(5);
      expect(inWords(spec)).not.toMatch(/undefined|NaN|null| {2}/);
      const preview = fireTimes(spec, { from: at, limit: 5 }).map((shown) => shown.at);
      expect(preview.slice(0, times.length)).toEqual(times.slice(0, preview.length));
      if (times.length > 0) expect(preview.length).toBeGreaterThan(0);
    });
  });
});

describe('triggers together', () => {
  it('fire under `or` when one of them does, and under `and` when all do', () => {
    fc.assert(
      fc.property(anySpec, anySpec, instant, (one, other, at) => {
        const parts = [parsed(one), parsed(other)];
        const either = parsed({ type: 'or', triggers: [one, other] });
        const [first, second] = parts.map((part) => part.next(at));
        const times = [first, second].filter((time) => time !== null && time !== undefined);
        expect(either.next(at)).toEqual(
          times.length > 0 ? new Date(Math.min(...times.map(Number))) : null,
        );
        const both = parsed({ type: 'and', triggers: [one, other] });
        for (const time of chain(both, at, 3)) {
          for (const part of parts) expect(part.next(new Date(+time - 1))).toEqual(time);
        }
      }),
      { numRuns: 250, seed: SEED },
    );
  });
});
