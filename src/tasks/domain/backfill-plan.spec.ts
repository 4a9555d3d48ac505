import { describe, expect, it } from 'vitest';
import { aStoredJob, later, minutes, NOON } from '../../../test/support/builders.js';
import { InvalidInputError } from './errors.js';
import type { Fate } from './overlap.js';
import type { Overlap } from './job.js';
import { placeBackfill, planBackfill } from './backfill-plan.js';
import type { Backfill } from '../domain/job-requests.js';

const at = (n: number) => later(NOON, minutes(n));
const report = aStoredJob('report');
const NOW = at(10);

const ask = (backfill: Partial<Backfill> = {}): Backfill => ({
  from: at(2),
  to: at(4),
  overlap: 'buffer-all',
  limit: 100,
  dryRun: false,
  ...backfill,
});

describe('the fire times of a backfill', () => {
  it('are those of the range, its bounds among them', () => {
    const plan = planBackfill(report, ask(), NOW);
    expect(plan).toEqual({ fireTimes: [at(2), at(3), at(4)], more: false });
  });

  it('are none between two fire times', () => {
    const plan = planBackfill(report, ask({ from: at(2.1), to: at(2.9) }), NOW);
    expect(plan).toEqual({ fireTimes: [], more: false });
  });

  it('are the earliest up to the limit, and it says whether there are more', () => {
    expect(planBackfill(report, ask({ limit: 2 }), NOW)).toEqual({
      fireTimes: [at(2), at(3)],
      more: true,
    });
    expect(planBackfill(report, ask({ limit: 3 }), NOW).more).toBe(false);
  });

  it('may be of this very instant, and never later', () => {
    expect(planBackfill(report, ask({ to: NOW }), NOW).fireTimes.at(-1)).toEqual(NOW);
    const later = () => planBackfill(report, ask({ to: at(10.1) }), NOW);
    expect(later).toThrow(InvalidInputError);
    expect(later).toThrow('/to must not be later than now');
  });

  it('are refused for a range that ends before it begins', () => {
    expect(() => planBackfill(report, ask({ from: at(4), to: at(2) }), NOW)).toThrow('/from');
  });

  it('are refused under a policy by which each would cancel the one before', () => {
    const asked = () => planBackfill(report, ask({ overlap: 'cancel-previous' }), NOW);
    expect(asked).toThrow('/overlap');
    expect(asked).toThrow('buffer-all');
  });
});

describe('the runs of a backfill', () => {
  const CASES: readonly (readonly [Overlap, live: number, buffered: number, Fate[]])[] = [
    ['buffer-all', 0, 0, ['starts', 'starts', 'waits', 'waits']],
    ['buffer-all', 2, 0, ['waits', 'waits', 'waits', 'waits']],
    ['buffer-all', 0, 1, ['waits', 'waits', 'waits', 'waits']],
    ['buffer-one', 1, 0, ['starts', 'waits', 'overlapped', 'overlapped']],
    ['skip', 0, 0, ['starts', 'starts', 'overlapped', 'overlapped']],
    ['allow', 5, 0, ['starts', 'starts', 'starts', 'starts']],
  ];

  it.each(CASES)('under %s, %i being live and %i waiting: %j', (overlap, live, buffered, fates) => {
    const job = { ...report, maxInstances: 2, bufferLimit: 1 };
    expect(placeBackfill(job, ask({ overlap }), { live, buffered }, 4)).toEqual(fates);
  });
});
