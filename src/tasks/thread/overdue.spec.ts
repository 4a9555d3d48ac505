import { describe, expect, it } from 'vitest';
import { aClaimedRun } from '../../../test/support/builders.js';
import { Overdue, timedOutHere } from './overdue.js';

const unlimited = aClaimedRun('2');
const limited = aClaimedRun('1', { policy: { ...unlimited.policy, timeoutMs: 500 } });

describe('a run whose time is over while main stands still', () => {
  it('is ended here, once, and later than main would have', () => {
    const overdue = new Overdue();
    overdue.started(limited, 1_000);
    expect(overdue.overrule(3_499)).toEqual([]);
    expect(overdue.overrule(3_500)).toEqual([limited]);
    expect(overdue.overrule(9_000)).toEqual([]);
    expect(timedOutHere(limited)).toMatchObject({
      runId: '1',
      state: 'timed-out',
      handlerAlive: true,
      error: { name: 'TimeoutError' },
    });
  });

  it('makes what main says of it later count for nothing', () => {
    const overdue = new Overdue();
    overdue.started(limited, 0);
    overdue.overrule(9_000);
    expect([overdue.ended(limited), overdue.ended(limited)]).toEqual([false, true]);
  });

  it('is left alone when main has ended it, or when it has no limit', () => {
    const overdue = new Overdue();
    overdue.started(limited, 0);
    overdue.started(unlimited, 0);
    expect(overdue.ended(limited)).toBe(true);
    expect(overdue.overrule(1e9)).toEqual([]);
  });
});
