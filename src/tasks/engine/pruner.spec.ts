import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NOON } from '../../../test/support/builders.js';
import { recordedLog } from '../../../test/support/recorded-log.js';
import { KEPT, type Pruned } from '../store/history.js';
import { FakeClock } from '../testing/fake-clock.js';
import { Pruner } from './pruner.js';

let clock: FakeClock;
let pruner: Pruner;
let asked: string[];
let elector: { token: number | null; wake: () => void };
let answer: (what: string) => Promise<Pruned>;

const NOTHING: Pruned = { rows: 0, more: false, upTo: null };

beforeEach(() => {
  clock = new FakeClock();
  asked = [];
  elector = { token: null, wake: () => undefined };
  answer = () => Promise.resolve(NOTHING);
  const history = {
    prune: (what: string, from: Date | null = null) => {
      asked.push(`${what} at ${clock.monotonic()}${from ? ' from there' : ''}`);
      return answer(what);
    },
  };
  pruner = new Pruner(history, elector, clock, recordedLog());
  pruner.start();
});
afterEach(async () => {
  const stopped = pruner.stop();
  await clock.advance(60_000);
  await stopped;
});

const lead = async (token: number | null) => {
  elector.token = token;
  pruner.wake();
  await clock.settle();
};

describe('a pruner', () => {
  it('does nothing while another node leads', async () => {
    await clock.advance(600_000);
    expect(asked).toEqual([]);
  });

  it('looks at each kind in turn, and again a minute after the last', async () => {
    await lead(1);
    await clock.advance(1_000);
    expect(asked.map((line) => line.split(' ')[0])).toEqual(KEPT);
    await clock.advance(58_000);
    expect(asked).toHaveLength(KEPT.length);
    await clock.advance(2_000);
    expect(asked.length).toBeGreaterThan(KEPT.length);
  });

  it('rests between two slices for twice as long as the first took, and goes on from there', async () => {
    const slices = [300, 300];
    answer = async (what) => {
      const ms = what === 'runs' ? slices.shift() : undefined;
      if (ms === undefined) return NOTHING;
      await clock.sleep(ms);
      return { rows: 500, more: true, upTo: NOON };
    };
    await lead(1);
    await clock.advance(3_000);
    expect(asked.slice(0, 3)).toEqual([
      'runs at 0',
      'runs at 900 from there',
      'runs at 1800 from there',
    ]);
  });

  it('goes on where it was when a slice failed', async () => {
    answer = () => Promise.reject(new Error('canceling statement due to statement timeout'));
    await lead(1);
    await clock.advance(250);
    expect(new Set(asked.map((line) => line.split(' ')[0]))).toEqual(new Set(['runs']));
  });

  it('stops after the slice in flight, with millions left', async () => {
    answer = async () => {
      await clock.sleep(100);
      return { rows: 500, more: true, upTo: NOON };
    };
    await lead(1);
    await clock.advance(1_000);
    const before = asked.length;
    const stopped = pruner.stop();
    await clock.advance(100);
    await stopped;
    expect(asked.length).toBe(before);
  });
});
