import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { jobPolicySchema, OVERLAP, type JobPolicy } from '../domain/job.js';
import { fatesOf, makesRoom } from '../domain/overlap.js';
import { SystemClock } from '../engine/system-clock.js';
import { TaskContext, type TaskHandler } from '../registry/task-context.js';
import { TaskRegistry } from '../registry/task-registry.js';
import { LocalGate } from './local-gate.js';
import { LocalJob } from './local-job.js';
import { LocalLedger } from './local-ledger.js';
import { LocalRunner } from './local-runner.js';

const clock = new SystemClock();
const said: string[] = [];
const say = (message: string) => void said.push(message);
const log = { error: say, warn: say, log: say, debug: say };

/** A gate before one job, whose handler is given. */
function gateBefore(handler: TaskHandler, policy: Partial<JobPolicy> = {}) {
  const registry = new TaskRegistry();
  registry.register({ name: 'work', source: 'Work.do', handler, job: null });
  const ledger = new LocalLedger();
  const gate = new LocalGate(ledger, new LocalRunner(registry, clock, log), clock, () => 'node');
  const trigger = { type: 'interval', seconds: 1 } as const;
  const own = { id: 'job', name: 'job', task: 'work', payload: { team: 7 }, tags: [] };
  const definition = { ...jobPolicySchema.parse(policy), ...own, trigger, origin: 'api' } as const;
  const job = new LocalJob({ ...definition, deleteWhenDone: false }, clock.now());
  const fire = () => gate.fire(job, clock.now());
  const ends = () =>
    ledger
      .all()
      .map(({ state, reason, held }) => reason ?? held ?? state)
      .toReversed();
  return { gate, ledger, job, fire, ends };
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
    const { fire, ledger } = gateBefore((payload, { jobId, attempt }) => ({
      payload,
      jobId,
      attempt,
    }));
    expect(fire()?.ended).toBeUndefined();
    const [run] = ledger.all();
    expect(run?.toRun()).toMatchObject({
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
    await later.fire()?.ended;
    expect([...ends(), ...later.ends()]).toEqual(['failed', 'failed']);
    expect(said).toEqual([
      expect.stringContaining('job failed, run 1. Error: no paper'),
      expect.stringContaining('job failed, run 1. Error: no ink'),
    ]);
  });

  it('of a paused job or process is recorded as skipped, but for one that somebody asks for', () => {
    const { gate, job, fire, ends } = gateBefore(() => undefined);
    job.pause('lunch', clock.now());
    fire();
    gate.fire(job, clock.now(), { cause: 'manual' });
    job.resume(clock.now());
    gate.pausedBecause = null;
    fire();
    gate.pausedBecause = undefined;
    fire();
    expect(ends()).toEqual(['paused', 'succeeded', 'paused', 'succeeded']);
  });

  it('is the last one after as many as the job may have', () => {
    const { fire, ends, job } = gateBefore(() => undefined, { maxRuns: 2 });
    for (let i = 0; i < 4; i++) fire();
    expect(ends()).toEqual(['succeeded', 'succeeded']);
    expect(job.toJob()).toMatchObject({ state: 'finished', nextFireAt: null });
  });

  it('is none once the process stops, and what waits is cancelled', async () => {
    const { open, handler } = slowHandler();
    const { gate, job, fire, ends } = gateBefore(handler, { overlap: 'buffer-one' });
    fire();
    await aTurn();
    fire();
    gate.close([job]);
    expect(fire()).toBeNull();
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
        const { gate, job, fire } = gateBefore(handler, policy);
        for (let n = 0; n < live; n++)
          gate.fire(job, clock.now(), { cause: 'manual', overlap: 'allow' });
        const waits = { cause: 'manual', overlap: 'buffer-all' } as const;
        job.definition = { ...job.definition, maxInstances: 0 };
        for (let n = 0; n < waiting; n++) gate.fire(job, clock.now(), waits);
        job.definition = { ...job.definition, ...policy };
        await aTurn();
        const before = { live, buffered: waiting };
        const left = makesRoom(policy, before) ? { live, buffered: 0 } : before;
        const { state, held, reason } = fire()!.run;
        const fate = reason ?? (held ? 'waits' : state === 'running' ? 'starts' : state);
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
    const { fire, ends, ledger } = gateBefore(handler, { timeoutMs: 500 });
    fire();
    await vi.advanceTimersByTimeAsync(500);
    expect(open[0]?.signal.aborted).toBe(true);
    expect(ledger.all()[0]?.toRun()).toMatchObject({ state: 'timed-out', handlerAlive: true });
    fire();
    open[0]?.finish();
    await aTurn();
    fire();
    expect(ends()).toEqual(['timed-out', 'overlapped', 'running']);
    expect(ledger.all().at(-1)?.toRun().handlerAlive).toBe(false);
  });

  it('leaves no timer behind a run that ends in time', () => {
    gateBefore(() => undefined, { timeoutMs: 500 }).fire();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a retry', () => {
  it('repeats a failed run after a wait that doubles, and keeps its attempts', () => {
    let calls = 0;
    const handler = () => {
      if (++calls < 3) throw new Error(`try ${calls}`);
      return calls;
    };
    const { fire, ledger } = gateBefore(handler, { retry: { maxAttempts: 3, delayMs: 100 } });
    fire();
    vi.advanceTimersByTime(100);
    expect(calls).toBe(2);
    vi.advanceTimersByTime(199);
    expect(calls).toBe(2);
    vi.advanceTimersByTime(1);
    const [run] = ledger.all();
    expect(run?.toRun()).toMatchObject({ state: 'succeeded', attempt: 3, result: 3 });
    expect(run?.attempts.map(({ attempt, error }) => [attempt, error?.message])).toEqual([
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
    const { fire, ledger } = gateBefore(() => undefined);
    for (let i = 0; i < 1_005; i++) fire();
    expect(ledger.all()).toHaveLength(1_000);
    expect(ledger.get('5')).toBeUndefined();
    expect(ledger.get('6')).toBeDefined();
  });
});
