import { describe, expect, it } from 'vitest';
import { hours, later, minutes, NOON } from '../../../../test/support/builders.js';
import { alarmsOf, sendAgainMs } from './alarms.js';
import type { Problem } from './situation.js';

const aProblem = (problem: Partial<Problem>): Problem => ({
  kind: 'no-leader',
  severity: 'error',
  since: NOON,
  message: 'No node leads.',
  remedy: 'Start one.',
  count: 1,
  jobs: [],
  nodes: [],
  link: 'leader',
  ...problem,
});
const job = (id: string) => ({ id, name: id.toUpperCase(), since: later(NOON, -minutes(5)) });
const failing = (count: number, ...ids: string[]) =>
  aProblem({ kind: 'failing', severity: 'warning', jobs: ids.map(job), count });
const keys = (...problems: Problem[]) => alarmsOf(problems).map(({ key }) => key);

describe('the alarms of problems', () => {
  it('are one for each job, so that each ends for itself', () => {
    const alarms = alarmsOf([failing(2, 'a', 'b/c')]);
    expect(alarms.map(({ key }) => key)).toEqual(['failing:a', 'failing:b/c']);
    expect(alarms[1]).toMatchObject({
      jobId: 'b/c',
      since: '2026-03-02T11:55:00.000Z',
      message: '1 job fails: B/C.',
      link: 'jobs/b%2Fc',
    });
  });

  it('are one for all jobs where not each of them is named', () => {
    const [alarm, ...others] = alarmsOf([failing(130, 'a', 'b')]);
    expect(others).toEqual([]);
    expect(alarm).toMatchObject({ key: 'failing', jobId: null });
  });

  it('are one for each node, and one for what is wrong with all', () => {
    const node = (id: string) => ({ id, name: id, since: null });
    const [n1, n2, n3, n4] = [node('n1'), node('n2'), node('n3'), node('n4')];
    const alarms = alarmsOf([
      aProblem({ kind: 'blocked-node', nodes: [n1] }),
      aProblem({ kind: 'blocked-node', nodes: [n2] }),
      aProblem({ kind: 'silent-node', nodes: [n3, n4], count: 2 }),
      aProblem({ kind: 'clock-skew', nodes: [n1] }),
      aProblem({}),
    ]);
    expect(alarms.map(({ key }) => key)).toEqual([
      'blocked-node:n1',
      'blocked-node:n2',
      'silent-node:n3',
      'silent-node:n4',
      'clock-skew',
      'no-leader',
    ]);
    expect(alarms[3]!.message).toBe('1 node fell silent without a good-bye: n4.');
  });

  it('are one for all silent nodes where not each of them is named', () => {
    const nodes = Array.from({ length: 20 }, (_, n) => ({ id: `n${n}`, name: '', since: null }));
    expect(keys(aProblem({ kind: 'silent-node', nodes, count: 23 }))).toEqual(['silent-node']);
    expect(keys(aProblem({ kind: 'silent-node', nodes, count: 20 }))).toHaveLength(20);
  });

  it('tell once, of all, that nobody leads: each node finds it', () => {
    const loop = aProblem({ kind: 'loop-failing', nodes: [{ id: 'n1', name: 'n1', since: null }] });
    const sure = (...problems: Problem[]) =>
      alarmsOf(problems).map(({ sureAfterMs }) => sureAfterMs);
    expect(keys(aProblem({}), loop)).toEqual(['no-leader', 'loop-failing:n1']);
    const [leader, hushed] = sure(aProblem({}), loop);
    expect([leader, sure(loop)]).toEqual([5_000, [5_000]]);
    // What was told of the node before is not over.
    expect(hushed).toBeGreaterThan(365 * 24 * hours(1));
  });

  it('say how often a job has failed in a row, and what must last to be told', () => {
    const [alarm] = alarmsOf(
      [failing(1, 'a')].map((one) => ({
        ...one,
        jobs: [{ ...one.jobs[0]!, inARow: 4 }],
      })),
    );
    expect(alarm).toMatchObject({ inARow: 4, sureAfterMs: 0 });
    expect(alarmsOf([aProblem({})])[0]).toMatchObject({ inARow: null, sureAfterMs: 5_000 });
  });
});

describe('a notification that did not get through', () => {
  it.each([
    [1, 0, 10_000],
    [2, 10_000, 20_000],
    [5, minutes(3), 160_000],
    [20, hours(5), hours(1)],
    [20, hours(23) + 1, null],
  ])('for the %i. time is sent again, %i ms old, after %s ms', (attempts, ageMs, again) => {
    expect(sendAgainMs(attempts, ageMs)).toBe(again);
  });
});
