import { describe, expect, it } from 'vitest';
import { MAX_BACKLOG, MAX_COUNTED, planFires, type FirePlanInput } from './fire-plan.js';
import { jitterOf } from './jitter.js';
import type { Coalesce } from './job.js';
import { parseTrigger } from '../triggers/parse-trigger.js';

/** Clock times of one day; a job fires at every full minute. */
const at = (time: string) => new Date(`2026-03-02T${time.length === 5 ? `${time}:00` : time}Z`);
const everyMinute = parseTrigger({ type: 'interval', minutes: 1 });
const none = { misfireGraceMs: null, coalesce: 'latest', jitterMs: 0, maxRuns: null } as const;

const plan = (
  input: Partial<Omit<FirePlanInput, 'plannedAt' | 'now'>>,
  from: string,
  now: string,
) =>
  planFires({
    jobId: 'report',
    trigger: everyMinute,
    policy: none,
    fired: 0,
    pauses: [],
    ...input,
    plannedAt: at(from),
    now: at(now),
  });

/** What becomes of the fire times, in words. */
const say = (input: Parameters<typeof plan>[0], from: string, now: string) => {
  const { candidates, ranges } = plan(input, from, now);
  return {
    runs: candidates.map(({ fireAt }) => clock(fireAt)),
    skipped: ranges.map(
      ({ reason, from: a, to: b, count }) => `${reason} ${clock(a)}-${clock(b)} (${count})`,
    ),
  };
};
const clock = (time: Date) => time.toISOString().slice(11, 16);
const coalescing = (coalesce: Coalesce, misfireGraceMs: number | null = null) => ({
  policy: { ...none, coalesce, misfireGraceMs },
});
const limited = (maxRuns: number, fired: number, coalesce: Coalesce = 'latest') => ({
  policy: { ...none, coalesce, maxRuns },
  fired,
});
const startingAt = (...times: string[]) =>
  times.map((time) => ({ fireAt: at(time), runAt: at(time) }));
const pausedFrom = (from: string, to: string | null) => ({
  pauses: [{ from: at(from), to: to === null ? null : at(to) }],
});

describe('a fire time that is on time', () => {
  it('is the only candidate, and the next one is planned', () => {
    expect(plan({}, '12:00', '12:00:00.003')).toEqual({
      candidates: startingAt('12:00'),
      ranges: [],
      lastFireAt: at('12:00'),
      nextFireAt: at('12:01'),
    });
  });

  it('may be late by the whole grace, and by no more', () => {
    const fiveSeconds = coalescing('latest', 5_000);
    expect(say(fiveSeconds, '12:00', '12:00:05')).toEqual({ runs: ['12:00'], skipped: [] });
    expect(say(fiveSeconds, '12:00', '12:00:05.001')).toEqual({
      runs: [],
      skipped: ['misfired 12:00-12:00 (1)'],
    });
  });

  it('leaves nothing to plan when it was the last', () => {
    const trigger = parseTrigger({ type: 'date', at: at('12:00').toISOString() });
    expect(plan({ trigger }, '12:00', '12:30')).toEqual({
      candidates: startingAt('12:00'),
      ranges: [],
      lastFireAt: at('12:00'),
      nextFireAt: null,
    });
  });

  it('is also finished with when it was the last and is too late', () => {
    const trigger = parseTrigger({ type: 'date', at: at('12:00').toISOString() });
    expect(plan({ trigger, ...coalescing('latest', 1) }, '12:00', '12:30')).toMatchObject({
      candidates: [],
      ranges: [{ reason: 'misfired', from: at('12:00'), to: at('12:00'), count: 1 }],
      nextFireAt: null,
    });
  });
});

describe('several missed fire times', () => {
  it('run as the latest of them, the rest in one range', () => {
    expect(say(coalescing('latest'), '12:00', '12:04:30')).toEqual({
      runs: ['12:04'],
      skipped: ['coalesced 12:00-12:03 (4)'],
    });
  });

  it('run as the earliest of them, the rest in one range', () => {
    expect(say(coalescing('earliest'), '12:00', '12:04:30')).toEqual({
      runs: ['12:00'],
      skipped: ['coalesced 12:01-12:04 (4)'],
    });
  });

  it('all run when asked for', () => {
    expect(say(coalescing('all'), '12:00', '12:03:30')).toEqual({
      runs: ['12:00', '12:01', '12:02', '12:03'],
      skipped: [],
    });
  });

  it('are all accounted for: the plan goes on after now', () => {
    expect(plan({}, '12:00', '12:04')).toMatchObject({
      lastFireAt: at('12:04'),
      nextFireAt: at('12:05'),
    });
  });

  it('that are older than the grace are misfired, the rest is coalesced', () => {
    const fiveMinutes = 300_000;
    expect(say(coalescing('latest', fiveMinutes), '12:00', '12:10')).toEqual({
      runs: ['12:10'],
      skipped: ['misfired 12:00-12:04 (5)', 'coalesced 12:05-12:09 (5)'],
    });
    expect(say(coalescing('earliest', fiveMinutes), '12:00', '12:10').runs).toEqual(['12:05']);
  });

  it('are all misfired when none is within the grace', () => {
    expect(say(coalescing('all', 1_000), '12:00', '12:04:30')).toEqual({
      runs: [],
      skipped: ['misfired 12:00-12:04 (5)'],
    });
  });

  it('may be as old as can be under the longest grace that can be written', () => {
    const longest = coalescing('latest', Number.MAX_SAFE_INTEGER);
    expect(say(longest, '12:00', '12:02').runs).toEqual(['12:02']);
  });
});

describe('a backlog of `all`', () => {
  it('runs the latest of it, the rest is one range', () => {
    const seconds = parseTrigger({ type: 'interval', seconds: 1 });
    const { candidates, ranges } = plan(
      { trigger: seconds, ...coalescing('all') },
      '12:00',
      '12:20:00',
    );
    expect(candidates).toHaveLength(MAX_BACKLOG);
    expect(candidates.at(-1)?.fireAt).toEqual(at('12:20'));
    expect(ranges).toEqual([
      { reason: 'limit', from: at('12:00'), to: at('12:03:20'), count: 201 },
    ]);
  });

  it('reaches across a pause', () => {
    const { pauses } = pausedFrom('12:02', '12:04');
    expect(say({ pauses, ...coalescing('all') }, '12:00', '12:05')).toEqual({
      runs: ['12:00', '12:01', '12:04', '12:05'],
      skipped: ['paused 12:02-12:03 (2)'],
    });
  });
});

describe('jitter', () => {
  const jittered = (jitterMs: number) => ({ policy: { ...none, jitterMs } });

  it('moves when the run may start, and not the fire time or the plan', () => {
    const { candidates, nextFireAt } = plan(jittered(30_000), '12:00', '12:00:00.003');
    const runAt = new Date(at('12:00').getTime() + jitterOf('report', at('12:00'), 30_000));
    expect(candidates).toEqual([{ fireAt: at('12:00'), runAt }]);
    expect(runAt.getTime()).toBeGreaterThan(at('12:00').getTime());
    expect(nextFireAt).toEqual(at('12:01'));
  });

  it('stays below the next fire time, however long it may be', () => {
    for (let minute = 10; minute < 60; minute++) {
      const { candidates, nextFireAt } = plan(jittered(86_400_000), `12:${minute}`, `12:${minute}`);
      expect(Number(candidates[0]?.runAt)).toBeLessThan(Number(nextFireAt));
    }
  });

  it('of the last fire time there is may be as long as it is asked for', () => {
    const trigger = parseTrigger({ type: 'date', at: at('12:00').toISOString() });
    const { candidates } = plan({ trigger, ...jittered(86_400_000) }, '12:00', '12:00');
    const delayMs = jitterOf('report', at('12:00'), 86_400_000);
    const runAt = new Date(at('12:00').getTime() + delayMs);
    expect(candidates).toEqual([{ fireAt: at('12:00'), runAt }]);
    expect(delayMs).toBeGreaterThan(60_000);
  });
});

describe('a job that may run so many times only', () => {
  it('goes on while it has runs left', () => {
    expect(plan(limited(3, 2), '12:00', '12:00')).toMatchObject({
      candidates: startingAt('12:00'),
      nextFireAt: at('12:01'),
    });
  });

  it('runs the latest of a backlog, as many as are left', () => {
    expect(say(limited(5, 3, 'all'), '12:00', '12:04')).toEqual({
      runs: ['12:03', '12:04'],
      skipped: ['limit 12:00-12:02 (3)'],
    });
  });

  it('that has had them runs nothing more, and nothing is planned', () => {
    const input = limited(3, 3);
    expect(say(input, '12:00', '12:02')).toEqual({
      runs: [],
      skipped: ['limit 12:00-12:02 (3)'],
    });
    expect(plan(input, '12:00', '12:00').nextFireAt).toBeNull();
  });

  it('that has had more than it may, after an edit, is not asked back', () => {
    expect(say(limited(3, 7), '12:00', '12:00').runs).toEqual([]);
  });
});

describe('planning', () => {
  it('a job of every second that is a year behind takes no time to speak of', () => {
    const trigger = parseTrigger({ type: 'interval', seconds: 1 });
    const plannedAt = at('12:00');
    const now = new Date(plannedAt.getTime() + 366 * 86_400_000);
    const input = { trigger, jobId: 'report', policy: none, fired: 0, pauses: [] } as const;
    const took = Array.from({ length: 5 }, () => {
      const begun = performance.now();
      planFires({ ...input, plannedAt, now });
      return performance.now() - begun;
    });
    expect(Math.min(...took)).toBeLessThan(5);
  });
});

describe('the count of a range', () => {
  const tenMs = parseTrigger({ type: 'interval', milliseconds: 10 });
  const rangeOf = (length: number) => {
    const now = new Date(at('12:00').getTime() + length * 10);
    const { ranges } = planFires({
      jobId: 'report',
      trigger: tenMs,
      policy: none,
      fired: 0,
      pauses: [],
      plannedAt: at('12:00'),
      now,
    });
    return ranges[0]?.count;
  };

  it('is exact as far as it is counted', () => {
    expect([rangeOf(1), rangeOf(MAX_COUNTED - 1), rangeOf(MAX_COUNTED)]).toEqual([
      1,
      MAX_COUNTED - 1,
      MAX_COUNTED,
    ]);
  });

  it('is unknown beyond', () => {
    expect(rangeOf(MAX_COUNTED + 1)).toBeNull();
  });
});

describe('pauses of the cluster', () => {
  it('that are over leave what they covered in a range of its own', () => {
    expect(say(pausedFrom('12:02', '12:04:30'), '12:00', '12:06')).toEqual({
      runs: ['12:06'],
      skipped: ['paused 12:02-12:04 (3)', 'coalesced 12:00-12:01 (2)', 'coalesced 12:05-12:05 (1)'],
    });
  });

  it('hold what falls on their beginning, not what falls on their end', () => {
    expect(say(pausedFrom('12:01', '12:03'), '12:00', '12:03').skipped).toContain(
      'paused 12:01-12:02 (2)',
    );
  });

  it('that ended before or begin later have no part in it', () => {
    expect(say(pausedFrom('11:00', '12:00'), '12:00', '12:00')).toEqual({
      runs: ['12:00'],
      skipped: [],
    });
    expect(say(pausedFrom('12:01', null), '12:00', '12:00:30').skipped).toEqual([]);
  });

  it('that began before the planned fire time cover it', () => {
    expect(say(pausedFrom('11:00', '12:01:30'), '12:00', '12:02')).toEqual({
      runs: ['12:02'],
      skipped: ['paused 12:00-12:01 (2)'],
    });
  });

  it('that still go on leave nothing to run after their beginning', () => {
    expect(say(pausedFrom('12:02', null), '12:00', '12:05')).toEqual({
      runs: ['12:01'],
      skipped: ['paused 12:02-12:05 (4)', 'coalesced 12:00-12:00 (1)'],
    });
    expect(say(pausedFrom('11:59', null), '12:00', '12:05').runs).toEqual([]);
  });

  it('hold a single fire time that is on time', () => {
    expect(say(pausedFrom('12:00', '12:00:01'), '12:00', '12:00:02')).toEqual({
      runs: [],
      skipped: ['paused 12:00-12:00 (1)'],
    });
  });

  it('keep their reason where the grace has passed too', () => {
    const { pauses } = pausedFrom('12:02', '12:04');
    expect(say({ pauses, ...coalescing('earliest', 240_000) }, '12:00', '12:09')).toEqual({
      runs: ['12:05'],
      skipped: [
        'misfired 12:00-12:01 (2)',
        'paused 12:02-12:03 (2)',
        'misfired 12:04-12:04 (1)',
        'coalesced 12:06-12:09 (4)',
      ],
    });
  });
});
