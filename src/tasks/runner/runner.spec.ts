import { AsyncLocalStorage } from 'node:async_hooks';
import { beforeEach, describe, expect, it } from 'vitest';
import { aClaim, aClaimedRun, NOON, TASK } from '../../../test/support/builders.js';
import { recordedLog, type RecordedLog } from '../../../test/support/recorded-log.js';
import type { ToEngine } from '../engine/messages.js';
import { TaskContext, type TaskHandler } from '../registry/task-context.js';
import { TaskRegistry } from '../registry/task-registry.js';
import type { Outcome } from '../store/run-queue.js';
import { FakeClock } from '../testing/fake-clock.js';
import { Runner } from './runner.js';

const CONCURRENCY = 3;

let clock: FakeClock;
let log: RecordedLog;
let runner: Runner;
let posted: ToEngine[];
let handler: TaskHandler;

beforeEach(() => {
  clock = new FakeClock();
  log = recordedLog();
  posted = [];
  handler = () => undefined;
  const registry = new TaskRegistry();
  const called: TaskHandler = (payload, context) => handler(payload, context);
  registry.register({ name: TASK, source: TASK, handler: called, job: null });
  runner = new Runner(registry, CONCURRENCY, clock, log);
  runner.attach((message) => posted.push(message));
});

const outcomes = (): Outcome[] =>
  posted.flatMap((message) => (message.type === 'outcome' ? [message.outcome] : []));
const free = () =>
  posted.findLast((message) => message.type === 'slots') as { free: number } | undefined;
const start = (...ids: string[]) =>
  runner.handle({ type: 'claimed', runs: ids.map((id) => aClaimedRun(id)) });
const never = () => new Promise<never>(() => undefined);
/** Ends when its signal aborts, with what the signal says. */
const heeding: TaskHandler = (_payload, { signal }) =>
  new Promise((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error)),
  );

describe('the runner', () => {
  it('says at once how many runs it could start', () => {
    expect(posted).toEqual([{ type: 'slots', free: CONCURRENCY }]);
  });

  it('calls the handler with the payload and the context of the run', async () => {
    const calls: unknown[][] = [];
    handler = (...call) => void calls.push(call);
    const run = aClaimedRun('7', { payload: { team: 7 }, attempt: 2, jobId: 'report' });
    runner.handle({ type: 'claimed', runs: [run] });
    await clock.settle();
    expect(calls).toEqual([[{ team: 7 }, expect.any(TaskContext)]]);
    expect(calls[0]?.[1]).toMatchObject({
      runId: '7',
      jobId: 'report',
      task: TASK,
      payload: { team: 7 },
      cause: 'fired',
      fireAt: NOON,
      attempt: 2,
      fencingToken: 7,
      signal: { aborted: false },
    });
  });

  it('tells the result of a handler, and then how many slots are free', async () => {
    handler = () => clock.sleep(250).then(() => ({ rows: 3 }));
    start('1', '2');
    await clock.advance(249);
    expect(outcomes()).toEqual([]);
    await clock.advance(1);
    expect(outcomes()).toEqual([
      { ...aClaim('1'), state: 'succeeded', result: { rows: 3 } },
      { ...aClaim('2'), state: 'succeeded', result: { rows: 3 } },
    ]);
    expect(free()).toEqual({ type: 'slots', free: CONCURRENCY });
  });

  it('counts on slots that will soon be free for as long as runs end quickly, and no longer', async () => {
    handler = () => 'done';
    start(...Array.from({ length: 10 }, (_, n) => String(n)));
    await clock.settle();
    expect(free()).toEqual({ type: 'slots', free: CONCURRENCY, ahead: 10 - CONCURRENCY });
    await clock.advance(60);
    expect(free()).toEqual({ type: 'slots', free: CONCURRENCY });
    expect(clock.sleeping).toBe(0);
  });

  it('says that a slot is free only after the outcome that freed it', async () => {
    start('1');
    await clock.settle();
    expect(posted.slice(1).map(({ type }) => type)).toEqual(['outcome', 'slots']);
  });

  it.each([
    [
      'throws',
      () => {
        throw new TypeError('no rows', { cause: new Error('reset') });
      },
    ],
    ['rejects', () => Promise.reject(new TypeError('no rows', { cause: new Error('reset') }))],
  ])('tells what a handler that %s threw', async (_how, failing) => {
    handler = failing;
    start('1');
    await clock.settle();
    expect(outcomes()).toMatchObject([
      {
        state: 'failed',
        runId: '1',
        attempt: 1,
        error: {
          name: 'TypeError',
          message: 'no rows',
          cause: { message: 'reset' },
        },
      },
    ]);
  });

  it('goes on whatever is thrown', async () => {
    // oxlint-disable-next-line typescript/only-throw-error
    handler = () => {
      throw Object.assign(Object.create(null) as Error, { big: 1n });
    };
    start('1');
    await clock.settle();
    expect(outcomes()).toMatchObject([{ state: 'failed' }]);
  });

  it('fails a run of a task that it does not know', async () => {
    runner.handle({ type: 'claimed', runs: [aClaimedRun('1', { task: 'Unheard.of' })] });
    await clock.settle();
    expect(outcomes()).toMatchObject([
      { state: 'failed', error: { message: 'this node does not know the task "Unheard.of"' } },
    ]);
  });

  it('says that a result was not kept', async () => {
    handler = () => 1n;
    start('1');
    await clock.settle();
    expect(outcomes()).toEqual([{ ...aClaim('1'), state: 'succeeded', result: undefined }]);
    expect(log.lines.join('\n')).toMatch(/warn: The result of daily-report.+is not kept.+BigInt/);
  });
});

describe('a task with a limit of its own', () => {
  it('has a share of the slots, of which the rest stays free for others', async () => {
    const limited = new TaskRegistry();
    const register = (name: string, concurrency?: number) =>
      limited.register({
        name,
        source: name,
        handler: heeding,
        job: null,
        ...(concurrency === undefined ? {} : { concurrency }),
      });
    register('limited', 2);
    register('free');
    runner = new Runner(limited, CONCURRENCY, clock, log);
    runner.attach((message) => posted.push(message));
    expect(posted.at(-1)).toEqual({ type: 'slots', free: 3, limits: { limited: 2 } });
    runner.handle({ type: 'claimed', runs: [aClaimedRun('1', { task: 'limited' })] });
    runner.handle({ type: 'claimed', runs: [aClaimedRun('2', { task: 'free' })] });
    runner.handle({ type: 'claimed', runs: [aClaimedRun('3', { task: 'limited' })] });
    await clock.settle();
    runner.handle({ type: 'abort', claim: aClaim('2'), reason: { type: 'claim-lost' } });
    await clock.settle();
    expect(posted.at(-1)).toEqual({ type: 'slots', free: 1, limits: { limited: 0 } });
    runner.handle({ type: 'abort', claim: aClaim('1'), reason: { type: 'claim-lost' } });
    await clock.settle();
    expect(posted.at(-1)).toEqual({ type: 'slots', free: 2, limits: { limited: 1 } });
  });
});

describe('the context of a run', () => {
  it.each([
    ['fired', 1, 'daily-report@2026-03-02T12:00:00.000Z'],
    ['fired', 2, 'daily-report@2026-03-02T12:00:00.000Z'],
    ['manual', 1, 'run:1'],
    ['retry', 3, 'run:1'],
  ] as const)('has a key that stays: %s, attempt %i', async (cause, attempt, key) => {
    let seen: unknown;
    handler = (_payload, { idempotencyKey }) => (seen = idempotencyKey);
    runner.handle({ type: 'claimed', runs: [aClaimedRun('1', { cause, attempt })] });
    await clock.settle();
    expect(seen).toBe(key);
  });

  it('says what is missing where the host has no database', async () => {
    handler = (_payload, { entityManager }) => entityManager;
    start('1');
    await clock.settle();
    expect(outcomes()).toMatchObject([
      { state: 'failed', error: { message: 'This node has no database of the host.' } },
    ]);
  });

  it('is there for everything below the handler, and only there', async () => {
    const seen: (string | undefined)[] = [];
    const look = () => seen.push(TaskContext.current()?.runId);
    handler = async () => {
      look();
      await clock.sleep(10);
      look();
    };
    start('1');
    await clock.settle();
    start('2');
    await clock.advance(20);
    expect(seen).toEqual(['1', '2', '1', '2']);
    expect(TaskContext.current()).toBeUndefined();
  });

  it('does not leak that of whoever happened to claim the run', async () => {
    const request = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    handler = () => void seen.push(request.getStore());
    request.run('a request', () => start('1'));
    await clock.settle();
    expect(seen).toEqual([undefined]);
  });

  it('is not that of another run, in whose course the run was claimed', async () => {
    const seen: unknown[] = [];
    handler = (_payload, { runId }) => {
      seen.push(TaskContext.current()?.runId);
      if (runId === '1') start('2');
    };
    start('1');
    await clock.settle();
    expect(seen).toEqual(['1', '2']);
  });
});

describe('a claim that was lost', () => {
  it('aborts the signal of its handler with the reason', async () => {
    handler = heeding;
    start('1', '2');
    await clock.settle();
    runner.handle({ type: 'abort', claim: aClaim('1'), reason: { type: 'claim-lost' } });
    await clock.settle();
    expect(outcomes()).toMatchObject([
      {
        runId: '1',
        state: 'failed',
        error: {
          name: 'ClaimLostError',
          message: expect.stringMatching(/^claim-lost: /) as string,
        },
      },
    ]);
  });

  it('does not concern another attempt of the run', async () => {
    handler = heeding;
    start('1');
    await clock.settle();
    runner.handle({ type: 'abort', claim: aClaim('1', 2), reason: { type: 'claim-lost' } });
    runner.handle({ type: 'abort', claim: aClaim('9'), reason: { type: 'claim-lost' } });
    await clock.settle();
    expect(outcomes()).toEqual([]);
  });

  it('is told of when its outcome was refused', async () => {
    start('1');
    await clock.settle();
    runner.handle({ type: 'refused', claim: aClaim('1') });
    expect(log.lines.at(-1)).toMatch(/^warn: daily-report ended as succeeded, but run 1 had been/);
  });
});

describe('draining', () => {
  const draining = (graceMs: number) => {
    const drain = { isDone: false };
    void runner.drain(graceMs).then(() => (drain.isDone = true));
    return drain;
  };

  it('ends at once when nothing runs', async () => {
    await runner.drain(10_000);
    expect(clock.sleeping).toBe(0);
  });

  it('waits for runs to end by themselves, and no longer', async () => {
    handler = () => clock.sleep(4_000);
    start('1', '2');
    await clock.settle();
    const drain = draining(10_000);
    await clock.advance(4_000);
    expect(drain.isDone).toBe(true);
    expect(outcomes().map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
    expect(clock.sleeping).toBe(0);
  });

  it('aborts what goes on after the grace, and takes what becomes of it', async () => {
    handler = heeding;
    start('1');
    await clock.settle();
    const drain = draining(10_000);
    await clock.advance(9_999);
    expect(outcomes()).toEqual([]);
    await clock.advance(1);
    expect(drain.isDone).toBe(true);
    expect(outcomes()).toMatchObject([{ state: 'failed', error: { message: 'the node stops' } }]);
    expect(log.lines.join('\n')).toContain(
      '1 runs are still running after 10000 ms and are aborted',
    );
  });

  it('abandons what does not heed its signal within a second', async () => {
    handler = never;
    start('1');
    await clock.settle();
    const drain = draining(10_000);
    await clock.advance(10_999);
    expect(drain.isDone).toBe(false);
    await clock.advance(1);
    expect(drain.isDone).toBe(true);
    expect(outcomes()).toMatchObject([{ state: 'abandoned', error: { name: 'NodeStopped' } }]);
  });

  it('has one outcome for each run, though its handler ends after all', async () => {
    let end: () => void = () => undefined;
    handler = () => new Promise<void>((resolve) => (end = resolve));
    start('1');
    await clock.settle();
    draining(0);
    await clock.advance(1_000);
    end();
    await clock.settle();
    expect(outcomes().map(({ state }) => state)).toEqual(['abandoned']);
  });
});
