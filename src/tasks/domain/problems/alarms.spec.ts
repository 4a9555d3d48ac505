import { describe, expect, it } from 'vitest';
import { hours, later, minutes, NOON } from '../../../../test/support/builders.js';
import { alarmsOf, failingFor, sendAgainMs } from './alarms.js';
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

  it('are one for each node that cannot work, and one for what is wrong with all', () => {
    const node = (id: string) => [{ id, name: id, since: null }];
    expect(
      keys(
        aProblem({ kind: 'blocked-node', nodes: node('n1') }),
        aProblem({ kind: 'blocked-node', nodes: node('n2') }),
        aProblem({ kind: 'silent-node', nodes: node('n3') }),
        aProblem({}),
      ),
    ).toEqual(['blocked-node:n1', 'blocked-node:n2', 'silent-node', 'no-leader']);
  });
});

describe('a job that is told of after some failures in a row', () => {
  it('is left out before that, and the problem with the last of them', () => {
    const inARow = new Map([
      ['a', 1],
      ['b', 3],
    ]);
    const [left] = failingFor([failing(2, 'a', 'b')], 3, inARow);
    expect(left).toMatchObject({ count: 1, jobs: [job('b')] });
    expect(failingFor([failing(1, 'a')], 3, inARow)).toEqual([]);
    expect(failingFor([aProblem({})], 3, inARow)).toHaveLength(1);
  });

  it('is told of at once where too many fail to look at each', () => {
    expect(failingFor([failing(130, 'a')], 3, new Map([['a', 1]]))).toEqual([failing(130, 'a')]);
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
