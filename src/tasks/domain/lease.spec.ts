import { describe, expect, it } from 'vitest';
import { followerStep, grantedLease, isTrusted, leaseTimings, type LockRow } from './lease.js';

const timings = leaseTimings(5_000);

describe('a lease', () => {
  const askedAt = { monotonic: 1_000, wall: 500_000 };
  const lease = grantedLease(7, askedAt, timings);
  /** So long after it was asked for; `slept` of it with the machine suspended. */
  const after = (ms: number, slept = 0) => ({
    monotonic: askedAt.monotonic + ms - slept,
    wall: askedAt.wall + ms,
  });

  it('is renewed and trusted for parts of its length', () => {
    expect(timings).toEqual({ leaseMs: 5_000, renewMs: 1_500, marginMs: 500 });
  });

  it('is trusted until the margin before its end, counted from when it was asked for', () => {
    expect(lease).toMatchObject({ fencingToken: 7, trustedUntil: 5_500 });
    expect(isTrusted(lease, after(0))).toBe(true);
    expect(isTrusted(lease, after(4_499))).toBe(true);
    expect(isTrusted(lease, after(4_500))).toBe(false);
  });

  it('is not trusted after the machine was suspended', () => {
    expect(isTrusted(lease, after(2_000, 1_001))).toBe(false);
    expect(isTrusted(lease, after(3_600_000, 3_599_000))).toBe(false);
  });

  it('is trusted although the wall clock is a little off, or was set back', () => {
    expect(isTrusted(lease, after(2_000, 1_000))).toBe(true);
    expect(isTrusted(lease, { monotonic: 2_000, wall: 0 })).toBe(true);
  });
});

describe('a follower', () => {
  const row = (row: Partial<LockRow>): LockRow => ({
    fencingToken: 3,
    held: true,
    remainingMs: 1200.4,
    hinted: true,
    ...row,
  });

  it('takes over what is not held, whatever else the row says', () => {
    expect(followerStep(row({ held: false, remainingMs: -1 }), true)).toEqual({ do: 'take-over' });
    expect(followerStep(row({ held: false, remainingMs: 9e9 }), false)).toEqual({
      do: 'take-over',
    });
  });

  it('watches a holder that told of its hint, until its lease ends', () => {
    expect(followerStep(row({}), true)).toEqual({ do: 'watch', atMostMs: 1_201 });
  });

  it('sleeps where there is no hint or it cannot watch', () => {
    expect(followerStep(row({ hinted: false }), true)).toEqual({ do: 'sleep', ms: 1_201 });
    expect(followerStep(row({}), false)).toEqual({ do: 'sleep', ms: 1_201 });
  });

  it('looks again after 4 s of watching or 2.5 s of sleep at most, and never without waiting at all', () => {
    const long = row({ remainingMs: 60_000 });
    expect(followerStep(long, true)).toEqual({ do: 'watch', atMostMs: 4_000 });
    expect(followerStep(long, false)).toEqual({ do: 'sleep', ms: 2_500 });
    expect(followerStep(row({ remainingMs: 0 }), true)).toEqual({ do: 'watch', atMostMs: 1 });
    expect(followerStep(row({ remainingMs: 0.01 }), false)).toEqual({ do: 'sleep', ms: 1 });
  });
});
