import { describe, expect, it } from 'vitest';
import { hours, later, minutes, NOON } from '../../../../test/support/builders.js';
import { problemsOf } from './problems.js';
import type { JobGroup, Named, Situation } from './situation.js';

const NONE: JobGroup = { count: 0, jobs: [] };
const ALL_IS_WELL: Situation = {
  now: NOON,
  cluster: { paused: false, pauseReason: null, pausedSince: null },
  leader: { nodeId: 'n1', vacantSince: null },
  node: { id: 'n1', name: 'web-1', trouble: null },
  blocked: [],
  silent: { count: 0, nodes: [] },
  overdue: NONE,
  unreadable: NONE,
  unknown: NONE,
  failing: NONE,
  misfired: NONE,
  orphaned: NONE,
  pausedLong: NONE,
  unsettled: NONE,
  skewed: [],
  vacuum: null,
  transactions: [],
  waiting: { count: 0, oldestRunAt: null },
};

const given = (situation: Partial<Situation>) => problemsOf({ ...ALL_IS_WELL, ...situation });
const named = (id: string, agoMs: number): Named => ({ id, name: id, since: later(NOON, -agoMs) });
const group = (...jobs: Named[]): JobGroup => ({ count: jobs.length, jobs });

describe('the problems of a cluster', () => {
  it('are none where all is well', () => {
    expect(given({})).toEqual([]);
  });

  it('have no leader, since its lease ended', () => {
    const vacantSince = later(NOON, -minutes(3));
    const [problem] = given({ leader: { nodeId: null, vacantSince } });
    expect(problem).toMatchObject({ kind: 'no-leader', severity: 'error', since: vacantSince });
    expect(problem!.remedy).toContain('role "scheduler"');
  });

  it('name the node whose loops fail, and why', () => {
    const [problem] = given({
      node: { id: 'n1', name: 'web-1', trouble: 'the planner fails: disk full' },
    });
    expect(problem).toMatchObject({ kind: 'loop-failing', nodes: [{ id: 'n1', name: 'web-1' }] });
    expect(problem!.message).toBe('Node web-1 cannot do its work: the planner fails: disk full.');
  });

  it.each([
    ['overdue', 'overdue', 'error', 'is due and has not been fired: a'],
    ['unreadable', 'unreadable', 'error', 'is due, and this version cannot read it: a'],
    ['unknown', 'no-worker', 'error', 'has no live worker that knows its task: a'],
    ['failing', 'failing', 'warning', 'fails: a'],
    [
      'misfired',
      'misfired',
      'warning',
      'missed fire times within the last hour: they could not be fired within its grace: a',
    ],
    ['orphaned', 'orphaned', 'warning', 'is orphaned: its code has been gone for long: a'],
    [
      'unsettled',
      'unsettled-runs',
      'error',
      'has a run of a node that fell silent, and nobody ends it: a',
    ],
    ['pausedLong', 'old-pause', 'warning', 'has been paused for more than a week: a'],
  ] as const)('hold jobs that are %s, and since when', (field, kind, severity, words) => {
    const jobs = [named('a', hours(2))];
    const [problem, ...others] = given({ [field]: group(...jobs) });
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ kind, severity, jobs, count: 1, since: jobs[0]!.since });
    expect(problem!.message).toBe(`1 job ${words}.`);
    expect(problem!.link).toMatch(/^(jobs|tasks|runs)/);
  });

  it('name five jobs in a sentence, and say how many there are besides', () => {
    const jobs = Array.from({ length: 20 }, (_, n) => named(`job-${n}`, n));
    const [problem] = given({ failing: { count: 130, jobs } });
    expect(problem!.message).toBe('130 jobs fail: job-0, job-1, job-2, job-3, job-4 and 125 more.');
    expect(problem!.jobs).toHaveLength(20);
  });

  it('begin with the earliest of those that are named', () => {
    const [problem] = given({ failing: group(named('a', 5), named('b', hours(3)), named('c', 1)) });
    expect(problem!.since).toEqual(later(NOON, -hours(3)));
  });

  it('hold runs that wait for long, and none that came just now', () => {
    const waits = (ms: number) => ({ count: 7, oldestRunAt: later(NOON, -ms) });
    expect(given({ waiting: waits(1_000) })).toEqual([]);
    const [problem] = given({ waiting: waits(minutes(2)) });
    expect(problem).toMatchObject({ kind: 'backlog', count: 7, link: 'runs?state=pending' });
    expect(problem!.message).toContain('7 runs could start and wait for a free slot');
  });

  it('are not what is due while the cluster is paused on purpose', () => {
    const cluster = { paused: true, pauseReason: 'deploy', pausedSince: NOON };
    const overdue = group(named('a', hours(1)));
    const waiting = { count: 3, oldestRunAt: later(NOON, -hours(1)) };
    const problems = given({ cluster, overdue, waiting });
    expect(problems.map(({ kind }) => kind)).toEqual(['cluster-paused']);
    expect(problems[0]!.message).toContain('("deploy")');
  });

  it('name a node that is blocked, and what blocks it', () => {
    const [problem] = given({ blocked: [{ ...named('web-2', 5_000), by: 'the task "Sums.all"' }] });
    expect(problem).toMatchObject({ kind: 'blocked-node', nodes: [{ id: 'web-2' }] });
    expect(problem!.message).toContain('node web-2 is blocked by the task "Sums.all"');
  });

  it('name nodes that fell silent', () => {
    const [problem] = given({ silent: { count: 1, nodes: [named('web-2', minutes(5))] } });
    expect(problem).toMatchObject({ kind: 'silent-node', severity: 'warning', count: 1 });
    expect(problem!.message).toBe('1 node fell silent without a good-bye: web-2.');
  });

  it('name transactions of others that stand in the way, and how to end them', () => {
    const since = later(NOON, -minutes(9));
    const open = { pid: 812, name: null, user: 'shop', application: 'psql', since };
    const prepared = { pid: null, name: 'order-7', user: null, application: null, since };
    const [held, vacuum] = given({ transactions: [open, prepared], vacuum: prepared });
    expect(held).toMatchObject({ kind: 'long-transaction', count: 2, since });
    expect(held!.message).toContain('process 812 (of shop, "psql"), open since 2026-03-02T11:51');
    expect(held!.remedy).toContain('pg_terminate_backend(812)');
    expect(vacuum).toMatchObject({ kind: 'held-vacuum', since });
    expect(vacuum!.remedy).toContain("ROLLBACK PREPARED 'order-7'");
  });

  it('name nodes whose clocks differ, and by how much', () => {
    const [problem] = given({ skewed: [{ id: 'n2', name: 'web-2', since: null, aheadMs: 2_400 }] });
    expect(problem).toMatchObject({
      kind: 'clock-skew',
      count: 1,
      nodes: [{ id: 'n2', name: 'web-2' }],
    });
    expect(problem!.message).toContain('web-2 (2400 ms)');
  });

  it('come with the worst first', () => {
    const kinds = given({
      pausedLong: group(named('a', 1)),
      failing: group(named('a', 1)),
      overdue: group(named('a', 1)),
      leader: { nodeId: null, vacantSince: null },
    }).map(({ kind }) => kind);
    expect(kinds).toEqual(['no-leader', 'overdue', 'failing', 'old-pause']);
  });
});
