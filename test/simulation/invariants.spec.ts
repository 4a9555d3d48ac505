import { describe, expect, it } from 'vitest';
import { jobPolicySchema } from '../../src/tasks/domain/job.js';
import type { Run } from '../../src/tasks/domain/run.js';
import type { HandlerStart, History, JobHistory } from './history.js';
import { check, INVARIANTS } from './invariants.js';

const NOON = Date.parse('2026-03-02T12:00:00.000Z');

/** So many seconds after noon. */
const at = (seconds: number) => new Date(NOON + seconds * 1_000);

/** Fires every second from noon on, and was made a second earlier. */
const JOB: JobHistory = {
  id: 'report',
  policy: jobPolicySchema.parse({}),
  plans: [{ trigger: { type: 'interval', seconds: 1 }, after: at(-1), until: null }],
  nextFireAt: at(3),
  lastFireAt: at(2),
  idleSince: null,
};

/** A fire time that ran on node north. */
function run(id: number, second: number, fields: Partial<Run> = {}): Run {
  return {
    id: String(id),
    jobId: 'report',
    task: 'work',
    cause: 'fired',
    fireAt: at(second),
    runAt: at(second),
    state: 'succeeded',
    reason: null,
    coversFrom: null,
    coversTo: null,
    coversCount: null,
    attempt: 1,
    nodeId: 'north',
    fencingToken: 1,
    priority: 0,
    createdAt: at(second),
    startedAt: at(second),
    finishedAt: at(second + 0.5),
    error: null,
    result: null,
    progress: null,
    retryOf: null,
    backfillId: null,
    cancelRequestedAt: null,
    held: null,
    handlerAlive: false,
    ...fields,
  };
}

const skipped = (id: number, second: number, fields: Partial<Run> = {}) =>
  run(id, second, {
    state: 'skipped',
    reason: 'misfired',
    attempt: 0,
    nodeId: null,
    startedAt: null,
    ...fields,
  });

const range = (id: number, from: number, to: number, count = to - from + 1) =>
  skipped(id, to, { coversFrom: at(from), coversTo: at(to), coversCount: count });

const start = (runId: number, second: number, fields: Partial<HandlerStart> = {}) => ({
  runId: String(runId),
  jobId: 'report',
  fireAt: at(second),
  attempt: 1,
  nodeId: 'north',
  at: at(second),
  ...fields,
});

const end = (runId: number, second: number) => ({
  ...start(runId, second),
  at: at(second + 0.5),
  state: 'succeeded' as const,
});

/** Three fire times at noon and after: all ran, well and in time. */
const SOUND: History = {
  now: at(2.9),
  jobs: [JOB],
  runs: [run(1, 0), run(2, 1), run(3, 2)],
  starts: [start(1, 0), start(2, 1), start(3, 2)],
  ends: [end(1, 0), end(2, 1), end(3, 2)],
  terms: [{ fencingToken: 1, nodeId: 'north' }],
  lock: { nodeId: 'north', expiresAt: at(7) },
  nodes: [
    { id: 'north', endedAt: null },
    { id: 'south', endedAt: null },
  ],
  stops: [],
  unlimited: [],
  calmSince: null,
  bounds: { takeOverMs: 6_000, settleMs: 30_000, deadAfterMs: 10_000, slackMs: 1_000 },
};

const BUFFERED = run(3, 2, {
  state: 'pending',
  held: 'buffered',
  attempt: 0,
  nodeId: null,
  startedAt: null,
  finishedAt: null,
});

/** Long after the last fault. */
const CALM: Partial<History> = {
  now: at(100),
  calmSince: at(3),
  lock: { nodeId: 'north', expiresAt: at(105) },
};

const FAR: JobHistory = { ...JOB, nextFireAt: at(3), plans: [{ ...JOB.plans[0]!, until: at(2) }] };

/** Calm, with a job that has nothing more to fire. */
const QUIET: Partial<History> = { ...CALM, jobs: [{ ...FAR, nextFireAt: null }] };

const broken = (change: Partial<History>, before: History | null = null) => [
  ...new Set(check({ ...SOUND, ...change }, before).map(({ invariant }) => invariant)),
];

const aPause = (from: number, to: number, misses: 'skip' | 'once') =>
  ({ what: 'job paused', jobId: 'report', from: at(from), to: at(to), misses }) as const;

type Case = readonly [string, string, Partial<History>, before?: Partial<History>];

const CASES: readonly Case[] = [
  [
    'a job has its runs',
    'a third run of a job that may have two',
    { jobs: [{ ...JOB, policy: { ...JOB.policy, maxRuns: 2 } }] },
  ],
  [
    'what a pause missed stays missed',
    'a run of a fire time that was not to be made up for',
    { stops: [aPause(1.5, 2.5, 'skip')] },
  ],
  [
    'what a pause missed stays missed',
    'two runs where the last fire time was to be made up for',
    { stops: [aPause(0.5, 2.5, 'once')] },
  ],
  ['one row per fire time', 'two rows of one fire time', { runs: [...SOUND.runs, run(4, 2)] }],
  [
    'attempts are allowed',
    'a second attempt that nobody asked for',
    {
      starts: [...SOUND.starts, start(3, 2, { attempt: 2 })],
      runs: [...SOUND.runs.slice(0, 2), run(3, 2, { attempt: 2 })],
      ends: [...SOUND.ends, { ...end(3, 2), attempt: 2 }],
    },
  ],
  [
    'a run is not tried beside itself',
    'a second attempt of a run whose first one goes on',
    {
      ...QUIET,
      jobs: [{ ...FAR, nextFireAt: null, policy: { ...JOB.policy, onCrash: 'rerun' } }],
      starts: [...SOUND.starts, start(3, 2, { attempt: 2, nodeId: 'south', at: at(60) })],
      runs: [...SOUND.runs.slice(0, 2), run(3, 2, { attempt: 2, nodeId: 'south' })],
      ends: [
        ...SOUND.ends.slice(0, 2),
        { ...end(3, 2), attempt: 2, nodeId: 'south', at: at(61) },
        { ...end(3, 2), at: at(62) },
      ],
    },
  ],
  [
    'a handler that has ended counts no more',
    'a late handler that ended and is still counted',
    {
      ...QUIET,
      runs: [...SOUND.runs.slice(0, 2), run(3, 2, { state: 'timed-out', handlerAlive: true })],
    },
  ],
  ['no fire time vanishes', 'a fire time without a row', { runs: [run(1, 0), run(3, 2)] }],
  [
    'no fire time vanishes',
    'a plan that moved past a fire time',
    { jobs: [{ ...JOB, nextFireAt: at(4) }] },
  ],
  [
    'no fire time is made up',
    'a row between the fire times',
    { runs: [...SOUND.runs, skipped(4, 1.5)] },
  ],
  [
    'no fire time is made up',
    'a range that counts wrongly',
    { runs: [range(1, 0, 2, 4)], starts: [] },
  ],
  [
    'no fire time is made up',
    'a range that begins between the fire times',
    { runs: [range(1, -0.5, 2, 3)], starts: [] },
  ],
  [
    'ranges hold no other row',
    'a range around a row of its own',
    { runs: [...SOUND.runs, range(4, 0, 2)] },
  ],
  [
    'a row says why',
    'a skipped row without a reason',
    { runs: [run(1, 0), run(2, 1), skipped(3, 2, { reason: null })], starts: [start(1, 0)] },
  ],
  [
    'one start per fire time',
    'one fire time started twice',
    { starts: [...SOUND.starts, start(3, 2, { nodeId: 'south', at: at(2.1) })] },
  ],
  [
    'one start per fire time',
    'one fire time started twice, in two runs',
    { starts: [...SOUND.starts, start(9, 2, { nodeId: 'south', at: at(2.1) })] },
  ],
  ['a start has a row', 'a handler that nobody ordered', { starts: [start(9, 0)] }],
  [
    'a start has a row',
    'a handler of an attempt that is yet to come',
    { starts: [start(1, 0, { attempt: 2 })] },
  ],
  [
    'no start before its time',
    'a handler called early',
    { starts: [start(1, 0, { at: at(-0.1) })] },
  ],
  [
    'no start before its time',
    'a run claimed early',
    { runs: [run(1, 0, { startedAt: at(-0.1) }), run(2, 1), run(3, 2)] },
  ],
  [
    'a final state is final',
    'an abandoned run that succeeds',
    {},
    { runs: [run(1, 0, { state: 'abandoned' })] },
  ],
  ['a final state is final', 'a row that leaves the ledger', {}, { runs: [run(9, 0)] }],
  [
    'an outcome is that of the claim',
    'an outcome by the word of another node',
    { runs: [run(1, 0, { nodeId: 'south' }), run(2, 1), run(3, 2)] },
  ],
  [
    'an outcome is that of the claim',
    'a success that nobody reported',
    { ends: [end(1, 0), end(2, 1)] },
  ],
  [
    'overlap is respected',
    'two handlers at work at once',
    { ends: [{ ...end(1, 0), at: at(1.2) }, end(2, 1), end(3, 2)] },
  ],
  [
    'a pause holds',
    'a fire in a pause of the cluster',
    { stops: [{ what: 'cluster paused', jobId: null, from: at(1.5), to: null }] },
  ],
  [
    'a pause holds',
    'a start after the removal of the job',
    {
      runs: [run(1, 0), run(2, 1), run(3, 2, { startedAt: at(2.5) })],
      stops: [{ what: 'job removed', jobId: 'report', from: at(2.2), to: null }],
    },
  ],
  [
    'tokens grow',
    'a token that was given twice',
    { terms: [...SOUND.terms, { fencingToken: 1, nodeId: 'south' }] },
  ],
  [
    'the fence holds',
    'a row of an old leader after one of a new',
    {
      runs: [run(1, 0), run(2, 1, { fencingToken: 2 }), run(3, 2)],
      terms: [...SOUND.terms, { fencingToken: 2, nodeId: 'south' }],
    },
  ],
  ['a token has a term', 'a row of a term that never was', { terms: [] }],
  ['a leader is found', 'nobody leads', { ...QUIET, lock: { nodeId: null, expiresAt: null } }],
  [
    'a leader is found',
    'a dead node leads',
    { ...QUIET, nodes: [{ id: 'north', endedAt: at(50) }] },
  ],
  [
    'a leader is found',
    'the lease has run out',
    { ...QUIET, lock: { nodeId: 'north', expiresAt: at(99) } },
  ],
  ['fires flow again', 'a job that is long overdue', { ...CALM, jobs: [FAR] }],
  [
    'runs of the dead are settled',
    'a run of a dead node',
    {
      ...QUIET,
      runs: [
        run(1, 0),
        run(2, 1),
        run(3, 2, { nodeId: 'south', state: 'running', finishedAt: null }),
      ],
      nodes: [
        { id: 'north', endedAt: null },
        { id: 'south', endedAt: at(3) },
      ],
    },
  ],
  [
    'a claim is at work',
    'a claim of a living node that never called a handler',
    {
      ...QUIET,
      runs: [run(1, 0), run(2, 1), run(3, 2, { state: 'running', finishedAt: null })],
      starts: [start(1, 0), start(2, 1)],
    },
  ],
  [
    'a claim is at work',
    'an outcome that is never written',
    { ...QUIET, runs: [run(1, 0), run(2, 1), run(3, 2, { state: 'running', finishedAt: null })] },
  ],
  [
    'what is pending gets claimed',
    'a run that nobody claims',
    {
      ...QUIET,
      runs: [
        run(1, 0),
        run(2, 1),
        run(3, 2, {
          state: 'pending',
          attempt: 0,
          nodeId: null,
          startedAt: null,
          finishedAt: null,
        }),
      ],
      starts: [start(1, 0), start(2, 1)],
    },
  ],
  [
    'what is pending gets claimed',
    'a buffered run whose turn has come',
    { ...QUIET, runs: [run(1, 0), run(2, 1), BUFFERED], starts: [start(1, 0), start(2, 1)] },
  ],
];

describe('the invariants', () => {
  it('find nothing wrong with a history in which nothing is', () => {
    expect(check(SOUND, SOUND)).toEqual([]);
    expect(check({ ...SOUND, ...QUIET }, SOUND)).toEqual([]);
  });

  it('let a buffered run wait for the one before it', () => {
    const slow = run(2, 1, { state: 'running', startedAt: at(80), finishedAt: null });
    const starts = [start(1, 0), start(2, 1, { at: at(80) })];
    expect(broken({ ...QUIET, runs: [run(1, 0), slow, BUFFERED], starts }, null)).toEqual([]);
  });

  for (const [name, what, change, before] of CASES) {
    it(`see by "${name}": ${what}`, () => {
      expect(broken(change, before ? { ...SOUND, ...before } : null)).toContain(name);
    });
  }

  it('are each broken by one of these cases at least', () => {
    const tried = new Set(CASES.map(([name]) => name));
    expect(INVARIANTS.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([]);
  });

  it('take a range row for all the fire times in it', () => {
    const change = { runs: [range(1, 0, 1), run(3, 2)], starts: [start(3, 2)], ends: [end(3, 2)] };
    expect(broken(change)).toEqual([]);
  });

  it('expect nothing of a plan after it was replaced, or before the next was made', () => {
    const plan = JOB.plans[0]!;
    const plans = [
      { ...plan, until: at(0) },
      { ...plan, after: at(1.5) },
    ];
    const change = { jobs: [{ ...JOB, plans }], runs: [run(1, 0), run(3, 2)] };
    expect(broken({ ...change, starts: [start(1, 0), start(3, 2)] })).toEqual([]);
  });

  it('expect nothing of a paused job since its pause, nor of one that has had its runs', () => {
    const idle = { ...JOB, nextFireAt: null, idleSince: at(1.5) };
    const two = { runs: [run(1, 0), run(2, 1)], starts: [start(1, 0), start(2, 1)] };
    expect(broken({ ...two, jobs: [idle] })).toEqual([]);
    const policy = { ...JOB.policy, maxRuns: 2 };
    const done = { ...JOB, policy, nextFireAt: null, lastFireAt: at(1) };
    expect(broken({ ...two, jobs: [done] })).toEqual([]);
    expect(broken({ ...two, jobs: [{ ...done, policy: JOB.policy }] })).toEqual([
      'no fire time vanishes',
    ]);
  });

  it('count the runs of a job anew when it is made anew', () => {
    const two = { ...JOB, policy: { ...JOB.policy, maxRuns: 2 } };
    const removed = { what: 'job removed', jobId: 'report', from: at(1.5), to: at(1.6) } as const;
    expect(broken({ jobs: [two], stops: [removed] })).toEqual([]);
  });

  it('let the last fire time that a pause missed be made up for', () => {
    const made = run(3, 2, { createdAt: at(2.5), startedAt: at(2.5) });
    const change = { runs: [...SOUND.runs.slice(0, 2), made], stops: [aPause(1.5, 2.4, 'once')] };
    expect(
      broken({ ...change, starts: [start(1, 0), start(2, 1), start(3, 2, { at: at(2.5) })] }),
    ).toEqual([]);
  });

  it('allow a second handler once the first was given up, its node died, or it was asked for', () => {
    const longer = [{ ...end(1, 0), at: at(1.2) }, end(2, 1), end(3, 2)];
    const abandoned = run(1, 0, { state: 'abandoned', finishedAt: at(0.9) });
    expect(broken({ ends: longer, runs: [abandoned, run(2, 1), run(3, 2)] })).toEqual([]);
    expect(broken({ ends: longer, unlimited: ['2'] })).toEqual([]);
    const dead = { nodes: [{ id: 'north', endedAt: at(0.9) }] };
    expect(broken({ ...dead, ends: longer })).toEqual([]);
  });

  it('let a run by hand begin in the very millisecond of a fire time', () => {
    const [from, to] = [at(2.6), at(2.7)];
    const byHand = run(4, 2, { cause: 'manual', fencingToken: null });
    const fired = run(3, 2, { startedAt: from, finishedAt: to });
    expect(
      broken({
        ...SOUND,
        runs: [run(1, 0), run(2, 1), byHand, fired],
        starts: [start(1, 0), start(2, 1), start(4, 2), start(3, 2, { at: from })],
        ends: [end(1, 0), end(2, 1), end(4, 2), { ...end(3, 2), at: to }],
      }),
    ).toEqual([]);
  });

  it('let a paused job be run by hand, and a paused cluster do nothing', () => {
    const byHand = run(4, 2.6, { cause: 'manual', fencingToken: null });
    const change = {
      runs: [...SOUND.runs, byHand],
      starts: [...SOUND.starts, start(4, 2.6)],
      ends: [...SOUND.ends, end(4, 2.6)],
    };
    const stop = { jobId: 'report', from: at(2.5), to: null };
    expect(broken({ ...change, stops: [{ ...stop, what: 'job paused' }] })).toEqual([]);
    expect(
      broken({ ...change, stops: [{ ...stop, what: 'cluster paused', jobId: null }] }),
    ).toEqual(['a pause holds']);
  });
});
