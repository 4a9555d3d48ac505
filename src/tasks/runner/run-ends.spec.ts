import { describe, expect, it } from 'vitest';
import {
  A_POLICY,
  attachedRunner,
  heeding,
  leaving,
  stubborn,
} from '../../../test/support/attached-runner.js';
import { aClaim } from '../../../test/support/builders.js';
import type { ToRunner } from '../engine/messages.js';
import type { RunTransactions } from '../store/run-transactions.js';

const LIMITED = { ...A_POLICY, timeoutMs: 5_000 };
const CANCEL: ToRunner = {
  type: 'abort',
  claim: aClaim('1'),
  reason: { type: 'cancelled', why: 'enough' },
};

describe('a run that takes too long', () => {
  it('is told so by its signal, and has timed out when it ends', async () => {
    let reason: unknown;
    const { clock, outcomes, start, free } = attachedRunner((payload, context) => {
      context.signal.addEventListener('abort', () => (reason = context.signal.reason));
      return heeding(payload, context);
    });
    await start({ policy: LIMITED });
    await clock.advance(4_999);
    expect(outcomes()).toEqual([]);
    await clock.advance(1);
    expect(reason).toMatchObject({ name: 'TimeoutError' });
    expect(outcomes()).toEqual([
      {
        ...aClaim('1'),
        state: 'timed-out',
        error: expect.objectContaining({
          name: 'TimeoutError',
          message: 'The run took longer than its 5000 ms.',
        }) as object,
      },
    ]);
    expect(outcomes()[0]?.error).not.toHaveProperty('cause');
    expect(free()).toMatchObject({ free: 3 });
    expect(clock.sleeping).toBe(0);
  });

  it('keeps what the handler threw instead as the cause', async () => {
    const { clock, outcomes, start } = attachedRunner(
      (_payload, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new RangeError('half-way'))),
        ),
    );
    await start({ policy: LIMITED });
    await clock.advance(5_000);
    expect(outcomes()).toMatchObject([
      { state: 'timed-out', error: { name: 'TimeoutError', cause: { name: 'RangeError' } } },
    ]);
  });

  it('has timed out although it ends as if nothing was wrong', async () => {
    const { clock, outcomes, start } = attachedRunner(leaving);
    await start({ policy: LIMITED });
    await clock.advance(5_000);
    expect(outcomes()).toMatchObject([{ state: 'timed-out' }]);
    expect(outcomes()[0]).not.toHaveProperty('result');
  });

  it('has succeeded when it ends in time', async () => {
    const { clock, outcomes, start } = attachedRunner((_payload, context) =>
      clock.sleep(4_999).then(() => context.signal.aborted),
    );
    await start({ policy: LIMITED });
    await clock.advance(60_000);
    expect(outcomes()).toEqual([{ ...aClaim('1'), state: 'succeeded', result: false }]);
  });

  it('is given up when it ignores its signal, and keeps its slot until it has ended', async () => {
    const { handler, resolve } = stubborn();
    const { clock, outcomes, start, free, posted, log } = attachedRunner(handler);
    await start({ policy: { ...LIMITED, retry: { maxAttempts: 5 } } });
    await clock.advance(5_999);
    expect(outcomes()).toEqual([]);
    await clock.advance(1);
    expect(outcomes()).toEqual([
      expect.objectContaining({ ...aClaim('1'), state: 'timed-out', handlerAlive: true }),
    ]);
    expect(outcomes()[0]).not.toHaveProperty('retryInMs');
    expect(free()).toMatchObject({ free: 2 });
    expect(log.lines.at(-1)).toMatch(/did not end within 1000 ms of its signal/);
    resolve('at last');
    await clock.settle();
    expect(posted.slice(-2)).toEqual([
      { type: 'returned', claim: aClaim('1') },
      { type: 'slots', free: 3 },
    ]);
    expect(outcomes()).toHaveLength(1);
  });

  it('tells that it has ended also when that is after the ledger has answered', async () => {
    const { handler, reject } = stubborn();
    const { clock, start, posted, runner } = attachedRunner(handler);
    await start({ policy: LIMITED });
    await clock.advance(6_000);
    runner.handle({ type: 'recorded', claim: aClaim('1'), nextFireAt: null });
    reject(new Error('late'));
    await clock.settle();
    expect(posted.at(-2)).toEqual({ type: 'returned', claim: aClaim('1') });
  });

  it('does not hold up a stop once it was given up', async () => {
    const { clock, start, runner } = attachedRunner(stubborn().handler);
    await start({ policy: LIMITED });
    await clock.advance(6_000);
    await runner.drain(10_000);
    expect(clock.sleeping).toBe(0);
  });
});

describe('a run that is cancelled', () => {
  it('is told why by its signal, and is cancelled when it ends', async () => {
    const { clock, outcomes, start, runner } = attachedRunner(heeding);
    await start({ policy: { ...A_POLICY, retry: { maxAttempts: 5 } } });
    runner.handle(CANCEL);
    await clock.settle();
    expect(outcomes()).toMatchObject([
      {
        state: 'cancelled',
        error: { name: 'CancelledError', message: 'The run was cancelled: enough.' },
      },
    ]);
    expect(outcomes()[0]).not.toHaveProperty('retryInMs');
  });

  it('is cancelled although it ends as if nothing was wrong', async () => {
    const { clock, outcomes, start, runner } = attachedRunner(leaving);
    await start();
    runner.handle(CANCEL);
    await clock.settle();
    expect(outcomes()).toMatchObject([{ state: 'cancelled' }]);
  });

  it('is given up when it ignores its signal', async () => {
    const { clock, outcomes, start, runner, free } = attachedRunner(stubborn().handler);
    await start();
    runner.handle(CANCEL);
    await clock.advance(1_000);
    expect(outcomes()).toMatchObject([{ state: 'cancelled', handlerAlive: true }]);
    expect(free()).toMatchObject({ free: 2 });
  });

  it('does not begin when it is cancelled in the moment of its claim', async () => {
    let calls = 0;
    const { outcomes, start, runner } = attachedRunner(() => ++calls);
    const started = start();
    runner.handle(CANCEL);
    await started;
    expect(outcomes()).toMatchObject([{ state: 'cancelled' }]);
    expect(calls).toBe(0);
  });

  it('is not also too slow: the first reason counts', async () => {
    const { clock, outcomes, start, runner } = attachedRunner(stubborn().handler);
    await start({ policy: { ...A_POLICY, timeoutMs: 500 } });
    runner.handle(CANCEL);
    await clock.advance(60_000);
    expect(outcomes()).toMatchObject([{ state: 'cancelled' }]);
  });

  it('stays as it ended when it had ended before', async () => {
    const { clock, outcomes, start, runner } = attachedRunner(() => 7);
    await start();
    runner.handle(CANCEL);
    await clock.advance(2_000);
    expect(outcomes()).toMatchObject([{ state: 'succeeded', result: 7 }]);
  });
});

describe('a run with attempts left', () => {
  const RETRY = { ...A_POLICY, retry: { maxAttempts: 3, backoff: 'fixed', delayMs: 70 } } as const;
  const failing = () => {
    throw new TypeError('no rows');
  };

  it('is tried again when it fails', async () => {
    const { outcomes, start } = attachedRunner(failing);
    await start({ policy: RETRY, attempt: 2 });
    await start({ policy: RETRY, attempt: 3 });
    expect(outcomes()).toMatchObject([{ state: 'failed', retryInMs: 70 }, { state: 'failed' }]);
    expect(outcomes()[1]).not.toHaveProperty('retryInMs');
  });

  it('is tried again when it runs out of time, if the policy names that error', async () => {
    const { clock, outcomes, start } = attachedRunner(heeding);
    const retry = { ...RETRY.retry, retryOn: ['TimeoutError'] };
    await start({ policy: { ...LIMITED, retry } });
    await clock.advance(5_000);
    expect(outcomes()).toMatchObject([{ state: 'timed-out', retryInMs: 70 }]);
  });

  it('is not tried again for an error that the policy does not name', async () => {
    const { outcomes, start } = attachedRunner(failing);
    await start({ policy: { ...RETRY, retry: { ...RETRY.retry, retryOn: ['RangeError'] } } });
    expect(outcomes()[0]).not.toHaveProperty('retryInMs');
  });

  it('waits for a time of its own, which is always the same', async () => {
    const policy = { ...A_POLICY, retry: { maxAttempts: 2, delayMs: 60_000 } };
    const wait = async (runId: string) => {
      const { outcomes, start } = attachedRunner(failing);
      await start({ policy, runId });
      return outcomes()[0]?.retryInMs;
    };
    const [first, again, other] = [await wait('7'), await wait('7'), await wait('8')];
    expect(first).toBe(again);
    expect(first).not.toBe(other);
    expect(first).toBeLessThan(60_000);
  });
});

describe('a transactional run', () => {
  const TRANSACTIONAL = { ...A_POLICY, transactional: true, timeoutMs: 5_000 };

  it('fails with the remedy where the host has no database', async () => {
    const { outcomes, start } = attachedRunner(() => 1);
    await start({ policy: TRANSACTIONAL });
    expect(outcomes()[0]?.error?.message).toMatch(/knows no DataSource.+Import TypeOrmModule/);
  });

  it('does not call a handler whose time was over before it had a connection', async () => {
    let calls = 0;
    const run: RunTransactions['run'] = async (_claim, body) => {
      await attached.clock.sleep(5_500);
      await body();
      return true;
    };
    const attached = attachedRunner(() => ++calls, { transactions: { run } });
    await attached.start({ policy: TRANSACTIONAL });
    await attached.clock.advance(5_500);
    expect(attached.outcomes()).toMatchObject([{ state: 'timed-out' }]);
    expect(calls).toBe(0);
  });

  it('has succeeded when its time is over only while it commits', async () => {
    const run: RunTransactions['run'] = async (_claim, body) => {
      await body();
      await attached.clock.sleep(60_000);
      return true;
    };
    const attached = attachedRunner(() => 7, { transactions: { run } });
    await attached.start({ policy: TRANSACTIONAL });
    await attached.clock.advance(60_000);
    expect(attached.outcomes()).toEqual([{ ...aClaim('1'), state: 'succeeded', result: 7 }]);
  });

  it('has not succeeded when its claim was lost before the commit', async () => {
    const run: RunTransactions['run'] = async (_claim, body) => {
      await body();
      return false;
    };
    const { outcomes, start } = attachedRunner(() => 7, { transactions: { run } });
    await start({ policy: TRANSACTIONAL });
    expect(outcomes()).toMatchObject([{ state: 'failed', error: { name: 'ClaimLostError' } }]);
  });
});

describe('what happens to a run', () => {
  const ended = { durationMs: 250, attempt: 1, jobId: 'daily-report', runId: '1', cause: 'fired' };

  it('is told once the ledger has taken it', async () => {
    const { clock, start, runner, events } = attachedRunner(() =>
      clock.sleep(250).then(() => ({ rows: 3 })),
    );
    await start();
    await clock.advance(250);
    expect(events.map(({ name }) => name)).toEqual(['run.started']);
    runner.handle({ type: 'recorded', claim: aClaim('1'), nextFireAt: null });
    expect(events.at(-1)).toMatchObject({
      name: 'run.succeeded',
      data: { ...ended, result: { rows: 3 } },
    });
  });

  it('is told by what becomes of it', async () => {
    const policy = { ...A_POLICY, retry: { maxAttempts: 2, delayMs: 0 } };
    const { start, runner, events } = attachedRunner(() => {
      throw new Error('no');
    });
    for (const attempt of [1, 2]) {
      await start({ policy, attempt });
      runner.handle({ type: 'recorded', claim: aClaim('1', attempt), nextFireAt: null });
    }
    expect(events.map(({ name }) => name)).toEqual([
      'run.started',
      'run.retrying',
      'run.started',
      'run.failed',
    ]);
  });

  it('is that it was lost, and that only once', async () => {
    const { clock, start, runner, events } = attachedRunner(heeding);
    await start();
    runner.handle({ type: 'abort', claim: aClaim('1'), reason: { type: 'claim-lost' } });
    await clock.settle();
    runner.handle({ type: 'refused', claim: aClaim('1') });
    expect(events.map(({ name }) => name)).toEqual(['run.started', 'run.lost']);
  });

  it('is that its outcome was refused', async () => {
    const { start, runner, events } = attachedRunner(() => 1);
    await start();
    runner.handle({ type: 'refused', claim: aClaim('1') });
    expect(events.at(-1)).toMatchObject({ name: 'run.lost', data: { reason: 'refused' } });
  });
});

describe('a run whose time is over while nobody here could see that', () => {
  const TIMED_OUT: ToRunner = { type: 'timed-out', claim: aClaim('1') };

  it('has timed out as the engine says, and its handler goes on', async () => {
    const { handler, resolve } = stubborn();
    const { clock, posted, start, runner, log } = attachedRunner(handler);
    await start({ policy: LIMITED });
    runner.handle(TIMED_OUT);
    runner.handle({ type: 'recorded', claim: aClaim('1'), nextFireAt: null });
    expect(log.lines.at(-1)).toMatch(/timed-out/);
    resolve();
    await clock.settle();
    const told = posted.filter(({ type }) => type === 'outcome' || type === 'returned');
    expect(told).toEqual([{ type: 'returned', claim: aClaim('1') }]);
  });

  it('has timed out although its handler has returned meanwhile', async () => {
    const { clock, start, runner, log } = attachedRunner(() => 'done');
    await start({ policy: LIMITED });
    await clock.settle();
    runner.handle(TIMED_OUT);
    runner.handle({ type: 'recorded', claim: aClaim('1'), nextFireAt: null });
    expect(log.lines.at(-1)).toMatch(/timed-out/);
  });
});

describe('what an engine must know that takes over', () => {
  it('is what works, and every outcome and end that is not yet written', async () => {
    const { handler, resolve } = stubborn();
    const { clock, start, runner } = attachedRunner(handler);
    await start({ policy: LIMITED });
    expect(runner.holding()).toMatchObject({ working: [aClaim('1')], outcomes: [], returned: [] });
    await clock.advance(6_000);
    expect(runner.holding()).toMatchObject({ working: [], outcomes: [{ state: 'timed-out' }] });
    runner.handle({ type: 'recorded', claim: aClaim('1'), nextFireAt: null });
    expect(runner.holding()).toEqual({ working: [], outcomes: [], returned: [] });
    resolve();
    await clock.settle();
    expect(runner.holding().returned).toEqual([aClaim('1')]);
    runner.handle({ type: 'noted', claims: [aClaim('1')] });
    expect(runner.holding().returned).toEqual([]);
  });
});
