import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { jobPolicySchema, newJobSchema, OVERLAP, type JobPolicy } from '../domain/job.js';
import type { Author, RunNow } from '../domain/job-requests.js';
import { fatesOf, makesRoom } from '../domain/overlap.js';
import { SystemClock } from '../engine/system-clock.js';
import { TaskContext, type TaskHandler } from '../registry/task-context.js';
import { TaskRegistry } from '../registry/task-registry.js';
import { pauseCluster, resumeCluster } from '../store/memory/cluster/cluster-changes.js';
import { addJob } from '../store/memory/jobs/add-job.js';
import { editJob, pausing, resuming, type JobEdit } from '../store/memory/jobs/edit-job.js';
import type { RunRow } from '../store/memory/rows.js';
import { cancelRun } from '../store/memory/runs/run-changes.js';
import { runNow } from '../store/memory/runs/run-now.js';
import { LocalGate } from './local-gate.js';

const clock = new SystemClock();
const said: string[] = [];
const say = (message: string) => void said.push(message);
const log = { error: say, warn: say, log: say, debug: say };

const PERIOD_MS = 1_000;

/** A gate before one job, whose handler is given. */
function gateBefore(handler: TaskHandler, policy: Partial<JobPolicy> = {}, concurrency?: number) {
  const registry = new TaskRegistry();
  const limit = concurrency === undefined ? {} : { concurrency };
  registry.register({ name: 'work', source: 'Work.do', handler, job: null, ...limit });
  const gate = new LocalGate(registry, clock, log, { id: 'node' });
  const { database } = gate;
  const now = clock.now();
  const node = { id: 'node', name: 'node', version: '', roles: [], tasks: { work: null } };
  const times = { startedAt: now, heartbeatAt: now, stoppedAt: null };
  database.nodes.set('node', { ...node, ...times, jobs: {}, drain: false });
  const trigger = { type: 'interval', milliseconds: PERIOD_MS } as const;
  const own = { id: 'job', task: 'work', payload: { team: 7 }, trigger };
  const job = newJobSchema.parse({ ...jobPolicySchema.parse(policy), ...own });
  database.inOneGo(() => addJob(database, job, 'api', 'error', {}));
  const runs = () => database.runs.all();
  /** The timer rings at the job's next fire time, by when the event loop may not have turned. */
  const fire = () => {
    const { length } = runs();
    vi.setSystemTime(database.jobs.get('job')?.nextFireAt ?? clock.now());
    const ended = gate.ring('job');
    return { ended, run: runs()[length] };
  };
  const ask = (request: RunNow = {}) => database.inOneGo(() => runNow(database, 'job', request).id);
  const edit = (change: JobEdit) => database.inOneGo(() => editJob(database, 'job', change));
  const cancel = (id: string, by: Author = {}) =>
    database.inOneGo(() => cancelRun(database, id, by));
  const ends = () => runs().map(({ state, reason, held }) => reason ?? held ?? state);
  return { gate, database, fire, ask, cancel, edit, runs, ends };
}

/** A handler whose calls end when they are told. */
function slowHandler() {
  const open: { finish(): void; fail(error: Error): void; signal: AbortSignal }[] = [];
  const handler: TaskHandler = (_payload, { signal }) =>
    new Promise<void>((resolve, reject) => {
      open.push({ finish: resolve, fail: reject, signal });
    });
  return { open, handler };
}

const aTurn = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  said.length = 0;
  vi.useFakeTimers({ now: Date.UTC(2026, 2, 2) });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a firing', () => {
  it('has called the handler when it returns, and recorded what that returned', () => {
    const { fire, runs } = gateBefore((payload, { jobId, attempt }) => ({
      payload,
      jobId,
      attempt,
    }));
    expect(fire().ended).toBeUndefined();
    expect(runs()[0]).toMatchObject({
      state: 'succeeded',
      cause: 'fired',
      fireAt: clock.now(),
      nodeId: 'node',
      result: { payload: { team: 7 }, jobId: 'job', attempt: 1 },
    });
  });

  it('gives the handler its context, there for all below it', () => {
    let below: TaskContext | undefined;
    const { fire } = gateBefore(() => {
      below = TaskContext.current();
    });
    fire();
    expect(below?.jobId).toBe('job');
    expect(TaskContext.current()).toBeUndefined();
  });

  it('records and logs what the handler throws, and throws nothing itself', async () => {
    const { fire, ends } = gateBefore(() => {
      throw new Error('no paper');
    });
    const later = gateBefore(() => Promise.reject(new Error('no ink')));
    fire();
    await later.fire().ended;
    expect([...ends(), ...later.ends()]).toEqual(['failed', 'failed']);
    expect(said).toEqual([
      expect.stringMatching(/^job failed .*, run 1; .*Error: no paper/),
      expect.stringMatching(/^job failed .*, run 1; .*Error: no ink/),
    ]);
  });

  it('of a paused job is none, but for one that somebody asks for; a row says what was missed', () => {
    const { ask, edit, fire, gate, ends, runs } = gateBefore(() => undefined);
    edit(pausing({ reason: 'lunch' }));
    vi.advanceTimersByTime(2 * PERIOD_MS);
    void gate.ring('job');
    ask();
    edit(resuming('skip'));
    fire();
    expect(ends()).toEqual(['succeeded', 'paused', 'succeeded']);
    expect(runs()[1]).toMatchObject({ coversCount: 2 });
  });

  it('of a paused process is none, and what somebody asks for waits as well', () => {
    const { ask, database, gate, ends } = gateBefore(() => undefined);
    database.inOneGo(() => pauseCluster(database, null, {}));
    vi.advanceTimersByTime(PERIOD_MS);
    void gate.ring('job');
    ask();
    expect(ends()).toEqual(['pending']);
    vi.advanceTimersByTime(1);
    database.inOneGo(() => resumeCluster(database, {}));
    expect(ends()).toEqual(['succeeded', 'paused']);
  });

  it('that a timer rings for a second time is none', () => {
    const { fire, gate, ends } = gateBefore(() => undefined);
    fire();
    void gate.ring('job');
    expect(ends()).toEqual(['succeeded']);
  });

  it('is one although the clock was set back, or the timer is early', () => {
    const { fire, gate, ends } = gateBefore(() => undefined);
    fire();
    vi.setSystemTime(Date.UTC(2025, 0, 1));
    void gate.ring('job');
    expect(ends()).toEqual(['succeeded', 'succeeded']);
  });

  it('is one run however late the timer rings; a row says what was missed before', () => {
    const { gate, ends, runs } = gateBefore(() => undefined, {
      misfireGraceMs: 1,
      coalesce: 'all',
    });
    vi.setSystemTime(clock.now().getTime() + 3 * PERIOD_MS + 500);
    void gate.ring('job');
    expect(ends()).toEqual(['coalesced', 'succeeded']);
    expect(runs()[0]).toMatchObject({ coversCount: 2 });
  });

  it('is the last one after as many as the job may have', () => {
    const { fire, ends, database } = gateBefore(() => undefined, { maxRuns: 2 });
    for (let i = 0; i < 4; i++) fire();
    expect(ends()).toEqual(['succeeded', 'succeeded']);
    expect(database.jobs.get('job')).toMatchObject({ state: 'finished', nextFireAt: null });
  });

  it('is none once the process stops, and what waits is cancelled', async () => {
    const { open, handler } = slowHandler();
    const { gate, fire, ends } = gateBefore(handler, { overlap: 'buffer-one' });
    fire();
    await aTurn();
    fire();
    gate.close();
    expect(fire().run).toBeUndefined();
    open[0]?.finish();
    await aTurn();
    expect(ends()).toEqual(['succeeded', 'cancelled']);
  });
});

describe('overlap', () => {
  it.each([
    ['skip', ['running', 'overlapped', 'overlapped'], 1],
    ['buffer-one', ['running', 'buffered', 'overlapped'], 1],
    ['buffer-all', ['running', 'buffered', 'buffered'], 1],
    ['allow', ['running', 'running', 'running'], 3],
  ] as const)('is decided by the policy: %s', async (overlap, expected, called) => {
    const { open, handler } = slowHandler();
    const { fire, ends } = gateBefore(handler, { overlap });
    for (let i = 0; i < 3; i++) {
      fire();
      await aTurn();
    }
    expect(ends()).toEqual(expected);
    expect(open).toHaveLength(called);
  });

  it('lets what waits go on one after the other', async () => {
    const { open, handler } = slowHandler();
    const { fire, ends } = gateBefore(handler, { overlap: 'buffer-all' });
    for (let i = 0; i < 3; i++) {
      fire();
      await aTurn();
    }
    open[0]?.finish();
    await aTurn();
    expect(ends()).toEqual(['succeeded', 'running', 'buffered']);
    open[1]?.finish();
    await aTurn();
    expect(ends()).toEqual(['succeeded', 'succeeded', 'running']);
  });

  it('aborts the previous run where the policy is to cancel it, and waits for its end', async () => {
    const { open, handler } = slowHandler();
    const { fire, ends } = gateBefore(handler, { overlap: 'cancel-previous' });
    fire();
    await aTurn();
    fire();
    expect(open.map(({ signal }) => signal.aborted)).toEqual([true]);
    expect(ends()).toEqual(['running', 'buffered']);
    open[0]?.fail(new Error('aborted'));
    await aTurn();
    expect(open.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    expect(ends()).toEqual(['cancelled', 'running']);
  });

  it('has no second one go on beside a handler that ignores its signal', async () => {
    const { open, handler } = slowHandler();
    const { fire, ends } = gateBefore(handler, { overlap: 'cancel-previous' });
    for (let n = 0; n < 3; n++) {
      fire();
      await aTurn();
    }
    expect(open).toHaveLength(1);
    expect(ends()).toEqual(['running', 'superseded', 'buffered']);
    open[0]?.finish();
    await aTurn();
    expect(open).toHaveLength(2);
  });

  it('decides in every situation as a cluster does', async () => {
    for (const overlap of OVERLAP) {
      for (const [live, waiting] of [0, 1, 2].flatMap((n) =>
        [0, 1, 2].map((m) => [n, m] as const),
      )) {
        const { handler } = slowHandler();
        const policy = { overlap, maxInstances: 2, bufferLimit: 2 };
        const { ask, database, fire } = gateBefore(handler, policy);
        for (let n = 0; n < live; n++) ask({ overlap: 'allow' });
        for (let n = 0; n < waiting; n++) {
          const { id } = runNow(database, 'job', { overlap: 'allow' });
          database.runs.write({ ...database.runs.get(id)!, held: 'buffered' });
        }
        await aTurn();
        const before = { live, buffered: waiting };
        const left = makesRoom(policy, before) ? { live, buffered: 0 } : before;
        const written = vi.spyOn(database.runs, 'insert');
        fire();
        const { held, reason } = written.mock.results[0]!.value as RunRow;
        const fate = reason ?? (held ? 'waits' : 'starts');
        expect([overlap, live, waiting, fate]).toEqual([
          overlap,
          live,
          waiting,
          fatesOf(policy, left, 1)[0],
        ]);
      }
    }
  });

  it('has what waits for its retry give way to what waits for its turn', async () => {
    const { open, handler } = slowHandler();
    const retry = { maxAttempts: 3, delayMs: 1_000 } as const;
    const { fire, ends } = gateBefore(handler, { overlap: 'buffer-all', retry });
    fire();
    await aTurn();
    fire();
    open[0]?.fail(new Error('not yet'));
    await aTurn();
    expect(ends()).toEqual(['superseded', 'running']);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(open).toHaveLength(2);
  });

  it('allows as many as the policy says', async () => {
    const { handler } = slowHandler();
    const { fire, ends } = gateBefore(handler, { maxInstances: 2 });
    for (let i = 0; i < 3; i++) {
      fire();
      await aTurn();
    }
    expect(ends()).toEqual(['running', 'running', 'overlapped']);
  });

  it('is not seen before the event loop has turned', () => {
    const { handler } = slowHandler();
    const { fire, ends } = gateBefore(handler);
    fire();
    fire();
    expect(ends()).toEqual(['running', 'running']);
  });
});

describe('a time limit', () => {
  it('ends the run and aborts its signal; until it returns its handler counts as going on', async () => {
    const { open, handler } = slowHandler();
    const { fire, ends, runs } = gateBefore(handler, { timeoutMs: 500 });
    fire();
    await vi.advanceTimersByTimeAsync(500);
    expect(open[0]?.signal.aborted).toBe(true);
    expect(runs()[0]).toMatchObject({ state: 'timed-out', handlerAlive: true });
    fire();
    open[0]?.finish();
    await aTurn();
    fire();
    expect(ends()).toEqual(['timed-out', 'overlapped', 'running']);
    expect(runs()[0]?.handlerAlive).toBe(false);
  });

  it('has a run that is to be tried again wait for the end of its handler', async () => {
    const { open, handler } = slowHandler();
    const retry = { maxAttempts: 2, delayMs: 100 } as const;
    const { fire, runs, database } = gateBefore(handler, { timeoutMs: 500, retry });
    fire();
    await vi.advanceTimersByTimeAsync(500);
    expect(open[0]?.signal.reason).toMatchObject({ name: 'TimeoutError' });
    expect(runs()[0]).toMatchObject({ state: 'running' });
    open[0]?.finish();
    await aTurn();
    expect(runs()[0]).toMatchObject({ state: 'pending', attempt: 1 });
    await vi.advanceTimersByTimeAsync(100);
    expect(runs()[0]).toMatchObject({ state: 'running', attempt: 2 });
    expect(database.runs.attempts('1')).toMatchObject([{ state: 'timed-out' }]);
  });

  it('leaves no timer behind a run that ends in time', () => {
    gateBefore(() => undefined, { timeoutMs: 500 }).fire();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a run that is cancelled', () => {
  it('is cancelled however its handler ends then', async () => {
    const { open, handler } = slowHandler();
    const { fire, cancel, runs } = gateBefore(handler);
    fire();
    cancel('1', { reason: 'wrong day' });
    expect(open[0]?.signal.reason).toMatchObject({ name: 'CancelledError' });
    open[0]?.finish();
    await aTurn();
    const error = {
      name: 'CancelledError',
      message: expect.stringContaining('wrong day') as string,
    };
    expect(runs()).toMatchObject([{ state: 'cancelled', error }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is given up if its handler does not end, which goes on to be in the way', async () => {
    const { open, handler } = slowHandler();
    const { fire, cancel, runs, ends } = gateBefore(handler);
    fire();
    cancel('1');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(runs()).toMatchObject([{ state: 'cancelled', handlerAlive: true }]);
    fire();
    open[0]?.finish();
    await aTurn();
    fire();
    expect(ends()).toEqual(['cancelled', 'overlapped', 'running']);
  });
});

describe('a retry', () => {
  it('repeats a failed run after a wait that doubles, and keeps its attempts', () => {
    let calls = 0;
    const handler = () => {
      if (++calls < 3) throw new Error(`try ${calls}`);
      return calls;
    };
    const { fire, runs, database } = gateBefore(handler, {
      retry: { maxAttempts: 3, delayMs: 100 },
    });
    fire();
    vi.advanceTimersByTime(100);
    expect(calls).toBe(2);
    vi.advanceTimersByTime(199);
    expect(calls).toBe(2);
    vi.advanceTimersByTime(1);
    expect(runs()[0]).toMatchObject({ state: 'succeeded', attempt: 3, result: 3 });
    expect(
      database.runs.attempts('1').map(({ attempt, error }) => [attempt, error?.message]),
    ).toEqual([
      [1, 'try 1'],
      [2, 'try 2'],
    ]);
  });

  it('ends when the next fire comes', () => {
    const { fire, ends } = gateBefore(
      () => {
        throw new Error('no');
      },
      { retry: { maxAttempts: 2, delayMs: 5_000 } },
    );
    fire();
    fire();
    expect(ends()).toEqual(['superseded', 'pending']);
  });

  it('is left out for errors that are not meant', () => {
    const { fire, ends } = gateBefore(
      () => {
        throw new RangeError('no');
      },
      { retry: { maxAttempts: 2, retryOn: ['TimeoutError'] } },
    );
    fire();
    expect(ends()).toEqual(['failed']);
  });
});

describe('the ledger', () => {
  it('remembers the latest thousand runs', () => {
    const { fire, runs, database } = gateBefore(() => undefined);
    for (let i = 0; i < 1_005; i++) fire();
    expect(runs()).toHaveLength(1_000);
    expect(database.runs.get('5')).toBeUndefined();
    expect(database.runs.get('6')).toBeDefined();
  });
});
