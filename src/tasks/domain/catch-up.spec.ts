import { describe, expect, it } from 'vitest';
import { hours, later, minutes, NOON } from '../../../test/support/builders.js';
import { PACE_MS, paced } from './catch-up.js';

const missed = (count: number, ago = hours(1)) =>
  Array.from({ length: count }, (_, n) => {
    const fireAt = later(NOON, n - ago);
    return { fireAt, runAt: fireAt };
  });
const endless = { misfireGraceMs: null };
const after = ({ runAt }: { runAt: Date }) => runAt.getTime() - NOON.getTime();

describe('runs that make up for an outage', () => {
  it('start one after the other, from now on, and keep their fire times', () => {
    const { candidates, freeAt } = paced(missed(3), endless, NOON, new Date(0));
    expect(candidates.map(after)).toEqual([0, PACE_MS, 2 * PACE_MS]);
    expect(candidates.map(({ fireAt }) => fireAt)).toEqual(missed(3).map(({ fireAt }) => fireAt));
    expect(freeAt).toEqual(later(NOON, 3 * PACE_MS));
  });

  it('of one job queue up behind those of the job before', () => {
    const first = paced(missed(2), endless, NOON, new Date(0));
    const second = paced(missed(2), endless, later(NOON, 5), first.freeAt);
    expect(second.candidates.map(after)).toEqual([2 * PACE_MS, 3 * PACE_MS]);
  });

  it('do not wait for instants that nobody has taken', () => {
    const { freeAt } = paced(missed(50), endless, NOON, new Date(0));
    const later5 = later(NOON, minutes(5));
    expect(paced(missed(1), endless, later5, freeAt).candidates[0]?.runAt).toEqual(later5);
  });

  it('do not wait for so long that their grace passes', () => {
    const busy = later(NOON, minutes(10));
    const { candidates } = paced(missed(1, 60_000), { misfireGraceMs: 80_000 }, NOON, busy);
    expect(candidates.map(after)).toEqual([10_000]);
  });

  it('keep a later start of their own, which takes nobody’s turn', () => {
    const own = { fireAt: later(NOON, -20_000), runAt: later(NOON, 4_000) };
    const { candidates, freeAt } = paced([own, ...missed(1)], endless, NOON, new Date(0));
    expect(candidates.map(after)).toEqual([4_000, 0]);
    expect(freeAt).toEqual(later(NOON, PACE_MS));
  });
});
