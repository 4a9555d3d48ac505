import { describe, expect, it } from 'vitest';
import { AGED_AFTER_MS, claimShares, pickRuns, type Slots, type WaitingRun } from './pick-runs.js';

const NOW = new Date('2026-03-01T12:00:00Z');
const ago = (ms: number) => new Date(NOW.getTime() - ms);
const OLD = AGED_AFTER_MS;

let lastId = 0;
const aRun = (jobId: string, run: Partial<WaitingRun> = {}): WaitingRun => ({
  id: String(++lastId),
  jobId,
  task: 'work',
  priority: 0,
  runAt: ago(0),
  ...run,
});
const flood = (count: number, run: Partial<WaitingRun>, name = 'flood') =>
  Array.from({ length: count }, (_, n) => aRun(`${name}-${n}`, run));
const picked = (due: readonly WaitingRun[], slots: number, other: Partial<Slots> = {}) =>
  pickRuns(due, { slots, turn: 0, limits: {}, now: NOW, ...other }).map(({ jobId }) => jobId);

describe('the shares of a claim', () => {
  it.each([
    // slots, turn: aged, newest; the rest goes by priority
    [1, 0, 0, 0],
    [1, 1, 1, 0],
    [1, 2, 0, 0],
    [1, 3, 0, 1],
    [1, 4, 0, 0],
    [2, 0, 1, 0],
    [2, 2, 0, 1],
    [3, 0, 1, 0],
    [4, 0, 1, 1],
    [4, 3, 1, 1],
    [5, 0, 1, 1],
    [10, 0, 3, 2],
    [10, 2, 2, 3],
    [100, 0, 25, 25],
  ])('of %i slots at turn %i are %i aged and %i newest', (slots, turn, aged, newest) => {
    expect(claimShares(slots, turn)).toEqual({ aged, newest });
  });

  it('are the same however the slots come', () => {
    let [aged, newest, turn] = [0, 0, 0];
    for (const slots of [1, 1, 3, 7, 2, 11, 5, 70]) {
      const shares = claimShares(slots, turn);
      aged += shares.aged;
      newest += shares.newest;
      turn += slots;
    }
    expect({ aged, newest }).toEqual(claimShares(100, 0));
  });
});

describe('picking runs', () => {
  it('takes all when there is room for all, none twice', () => {
    const due = [...flood(3, { runAt: ago(OLD) }), aRun('a'), aRun('b', { priority: 9 })];
    expect(picked(due, 5).sort()).toEqual(due.map(({ jobId }) => jobId).sort());
  });

  it('lets an urgent run go first although all others have aged', () => {
    const due = [...flood(50, { runAt: ago(OLD), priority: 5 }), aRun('urgent', { priority: -1 })];
    expect(picked(due, 1)).toEqual(['urgent']);
    expect(picked(due, 10)).toContain('urgent');
  });

  it('lets what has aged go on beside a flood of urgent runs, the oldest of it first', () => {
    const due = [
      ...flood(50, { priority: -1 }, 'urgent'),
      aRun('old', { priority: 9, runAt: ago(OLD) }),
      aRun('older', { priority: 99, runAt: ago(2 * OLD) }),
      aRun('not-yet', { priority: 9, runAt: ago(OLD - 1) }),
    ];
    expect(picked(due, 1, { turn: 1 })).toEqual(['older']);
    expect(picked(due, 6, { turn: 0 })).toEqual(expect.arrayContaining(['old', 'older']));
    expect(picked(due, 6, { turn: 0 })).not.toContain('not-yet');
  });

  it('lets what is on time go on beside a flood, even one that is more urgent', () => {
    for (const priority of [0, -5]) {
      const due = [...flood(50, { priority, runAt: ago(5_000) }), aRun('on-time')];
      expect(picked(due, 1, { turn: 3 })).toEqual(['on-time']);
      expect(picked(due, 4)).toContain('on-time');
    }
  });

  it('does not take the runs of one job for others because they are newer, and keeps their order', () => {
    const bulk = Array.from({ length: 50 }, (_, n) => aRun('bulk', { runAt: ago(50 - n) }));
    const due = [...bulk, aRun('on-time', { runAt: ago(40) })];
    expect(picked(due, 1, { turn: 3 })).toEqual(['on-time']);
    const taken = pickRuns(due, { slots: 8, turn: 0, limits: {}, now: NOW });
    expect(taken.filter(({ jobId }) => jobId === 'bulk')).toEqual(bulk.slice(0, 7));
  });

  it('takes no more of a task than its limit, whatever share they are in', () => {
    const limited = [
      ...flood(10, { task: 'limited', runAt: ago(2 * OLD) }),
      aRun('new', { task: 'limited' }),
    ];
    const due = [...limited, ...flood(10, { priority: 7 }, 'other')];
    const jobs = picked(due, 8, { limits: { limited: 2 } });
    expect(jobs).toHaveLength(8);
    expect(jobs.filter((job) => job.startsWith('other'))).toHaveLength(6);
  });
});
