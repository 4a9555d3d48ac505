import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NOON } from '../../../test/support/builders.js';
import { recordedLog, type RecordedLog } from '../../../test/support/recorded-log.js';
import type { FireLedger, Settled } from '../store/fire-ledger.js';
import { FakeClock } from '../testing/fake-clock.js';
import type { Elector } from './elector.js';
import { Settler } from './settler.js';

const DEAD_AFTER_MS = 10_000;

let clock: FakeClock;
let log: RecordedLog;
let settler: Settler;
let asked: string[];
let elector: { token: number | null; woken: number };
let settle: () => Promise<Settled | null>;

beforeEach(() => {
  clock = new FakeClock();
  log = recordedLog();
  asked = [];
  elector = { token: null, woken: 0 };
  settle = () => Promise.resolve({ abandoned: 0, rerun: 0 });
  const fires: FireLedger = {
    due: () =>
      Promise.resolve({
        jobs: [],
        more: false,
        unreadable: [],
        at: NOON,
        pauses: {
          paused: false,
          count: 0,
          stretches: [],
        },
      }),
    fire: () => Promise.resolve({ led: true, moved: new Set(), pending: 0, rows: [], at: NOON }),
    release: () => Promise.resolve(0),
    settle: (token) => {
      asked.push(`settle ${token} at ${clock.monotonic()}`);
      return settle();
    },
  };
  const electorOf = { ...elector, wake: () => elector.woken++ };
  Object.defineProperty(electorOf, 'token', { get: () => elector.token });
  settler = new Settler(fires, electorOf as unknown as Elector, DEAD_AFTER_MS, clock, log);
  settler.start();
});
afterEach(async () => {
  const stopped = settler.stop();
  await clock.advance(60_000);
  await stopped;
});

const lead = (token: number | null) => {
  elector.token = token;
  settler.wake();
};
const settled = () => asked.filter((line) => line.startsWith('settle'));

describe('the settler', () => {
  it('does nothing while this node does not lead', async () => {
    await clock.advance(60_000);
    expect(asked).toEqual([]);
  });

  it('judges nobody before it has led for as long as makes a node dead', async () => {
    lead(4);
    await clock.advance(DEAD_AFTER_MS - 1);
    expect(asked).toEqual([]);
    await clock.advance(1);
    expect(settled()).toEqual(['settle 4 at 10000']);
  });

  it('begins that time anew with each term', async () => {
    lead(4);
    await clock.advance(DEAD_AFTER_MS - 1);
    lead(null);
    await clock.advance(10);
    lead(6);
    await clock.advance(DEAD_AFTER_MS - 1);
    expect(asked).toEqual([]);
    await clock.advance(1);
    expect(settled()).toEqual(['settle 6 at 20009']);
  });

  it('is not hurried by a wake-up', async () => {
    lead(4);
    await clock.advance(5_000);
    settler.wake();
    await clock.settle();
    expect(asked).toEqual([]);
  });

  it('looks again several times within the time that makes a node dead', async () => {
    lead(4);
    await clock.advance(DEAD_AFTER_MS * 2);
    expect(settled()).toEqual(['settle 4 at 10000', 'settle 4 at 15000', 'settle 4 at 20000']);
  });

  it('says how many runs it gave up, and how many are run again', async () => {
    settle = () => Promise.resolve({ abandoned: 3, rerun: 2 });
    lead(4);
    await clock.advance(DEAD_AFTER_MS);
    expect(log.lines).toEqual([
      'warn: Gave up 3 runs of nodes that have gone silent.',
      'warn: Let 2 runs of nodes that have gone silent be run again.',
    ]);
  });

  it('has the elector look when its token is not in force', async () => {
    settle = () => Promise.resolve(null);
    lead(4);
    await clock.advance(DEAD_AFTER_MS);
    expect(elector.woken).toBe(1);
    expect(asked).toEqual(['settle 4 at 10000']);
  });
});
