import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordedLog, type RecordedLog } from '../../../test/support/recorded-log.js';
import type {
  LeftTransactions,
  RunTransaction,
  TransactionEnd,
} from '../store/left-transactions.js';
import { FakeClock } from '../testing/fake-clock.js';
import { TransactionEnder } from './transaction-ender.js';

const OPTIONS = { deadAfterMs: 10_000, heartbeatMs: 2_000 };

const A_TRANSACTION: RunTransaction = {
  pid: 77,
  runId: '1',
  attempt: 1,
  inForce: true,
  isOwn: false,
  nodeId: 'south',
  isGone: false,
  sign: 'noon',
  silentMs: 0,
};

let clock: FakeClock;
let log: RecordedLog;
let elector: { token: number | null; woken: number; wake: () => void };
let ender: TransactionEnder;
let going: RunTransaction[];
let ownSilenceMs: number;
let mayEnd: boolean;
/** What was asked to be ended, with when. */
let ended: string[];

beforeEach(() => {
  clock = new FakeClock();
  log = recordedLog();
  going = [];
  ownSilenceMs = 0;
  mayEnd = true;
  ended = [];
  elector = { token: 4, woken: 0, wake: () => elector.woken++ };
  const transactions: LeftTransactions = {
    see: async () => ({ all: going, ownSilenceMs }),
    end: async (token, left) => {
      if (token !== elector.token) return null;
      ended.push(`${left.map(({ runId }) => runId).join()} at ${clock.monotonic()}`);
      if (mayEnd) going = going.filter((one) => !left.includes(one));
      const role = { role: 'scheduler', owner: 'host' };
      return left.map(({ runId, attempt }): TransactionEnd => ({
        runId,
        attempt,
        ended: mayEnd,
        ...role,
      }));
    },
  };
  ender = new TransactionEnder(transactions, elector, OPTIONS, clock, log);
});
afterEach(async () => {
  const stopped = ender.stop();
  await clock.advance(60_000);
  await stopped;
});

describe('the end of left transactions', () => {
  it('leaves alone what is in force and whose node lives', async () => {
    going = [A_TRANSACTION];
    ender.start();
    for (let n = 0; n < 60; n++) {
      going = [{ ...A_TRANSACTION, sign: `sign ${n}` }];
      await clock.advance(2_000);
    }
    expect(ended).toEqual([]);
  });

  it('comes at once for a claim that is gone, also when the node lives', async () => {
    going = [{ ...A_TRANSACTION, inForce: false }];
    ender.start();
    await clock.settle();
    expect(ended).toEqual(['1 at 0']);
    expect(log.lines).toEqual(['warn: Ended the transactions that were left behind of runs 1.']);
  });

  it('comes at once for a node that has said good-bye', async () => {
    going = [{ ...A_TRANSACTION, isGone: true }];
    ender.start();
    await clock.settle();
    expect(ended).toEqual(['1 at 0']);
  });

  it('comes within dead-after and two seconds for a node that is silent', async () => {
    ender.start();
    await clock.advance(1_500);
    // Begun and cut off right after it was looked.
    const cutOffAt = clock.monotonic();
    const silent = {
      ...A_TRANSACTION,
      get silentMs() {
        return clock.monotonic() - cutOffAt;
      },
    };
    going = [silent];
    await clock.advance(OPTIONS.deadAfterMs + 2_000);
    expect(ended).toHaveLength(1);
    expect(ended[0]).toBe('1 at 12000');
  });

  it('judges nobody while its own signs of life do not get through', async () => {
    going = [A_TRANSACTION];
    ownSilenceMs = 2 * OPTIONS.heartbeatMs + 1;
    ender.start();
    await clock.advance(60_000);
    expect(ended).toEqual([]);
    ownSilenceMs = 0;
    await clock.advance(1_000);
    expect(ended).toHaveLength(1);
  });

  it('never judges its own node', async () => {
    going = [{ ...A_TRANSACTION, isOwn: true }];
    ender.start();
    await clock.advance(60_000);
    expect(ended).toEqual([]);
  });

  it('is a matter of the leader', async () => {
    elector.token = null;
    going = [{ ...A_TRANSACTION, inForce: false }];
    ender.start();
    await clock.advance(60_000);
    expect(ended).toEqual([]);
    elector.token = 5;
    ender.wake();
    await clock.settle();
    expect(ended).toHaveLength(1);
  });

  it('says once that it may not, with the remedy', async () => {
    mayEnd = false;
    going = [{ ...A_TRANSACTION, inForce: false }];
    ender.start();
    await clock.advance(10_000);
    expect(log.lines).toEqual([
      'error: The transaction of run 1 was left behind by its node and keeps its locks: "scheduler" may ' +
        'not end one of "host". GRANT "host" TO "scheduler", or GRANT pg_signal_backend TO "scheduler".',
    ]);
  });
});
