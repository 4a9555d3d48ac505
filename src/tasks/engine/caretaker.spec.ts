import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordedLog, type RecordedLog } from '../../../test/support/recorded-log.js';
import type { JobCare } from '../store/job-store.js';
import { FakeClock } from '../testing/fake-clock.js';
import { Caretaker } from './caretaker.js';

const DEAD_AFTER_MS = 10_000;

let clock: FakeClock;
let log: RecordedLog;
let caretaker: Caretaker;
let cared: string[];
let elector: { token: number | null; wake: () => void };
let answer: () => Promise<number | null>;

beforeEach(() => {
  clock = new FakeClock();
  log = recordedLog();
  cared = [];
  elector = { token: null, wake: () => undefined };
  answer = () => Promise.resolve(null);
  const jobs: JobCare = {
    care: (judges) => {
      cared.push(`${judges ? 'judges' : 'cares'} at ${clock.monotonic()}`);
      return answer();
    },
  };
  caretaker = new Caretaker(jobs, elector, DEAD_AFTER_MS, clock, log);
  caretaker.start();
});
afterEach(async () => {
  const stopped = caretaker.stop();
  await clock.advance(60_000);
  await stopped;
});

const lead = async (token: number | null) => {
  elector.token = token;
  caretaker.wake();
  await clock.settle();
};

describe('the caretaker', () => {
  it('does nothing while this node does not lead', async () => {
    await clock.advance(60_000);
    expect(cared).toEqual([]);
  });

  it('cares at once when this node leads, and then every ten seconds', async () => {
    await clock.advance(3_000);
    await lead(4);
    await clock.advance(9_999);
    expect(cared).toEqual(['cares at 3000']);
    await clock.advance(1);
    expect(cared).toHaveLength(2);
  });

  it('holds nothing against anybody before it has led for as long as makes a node dead', async () => {
    await lead(4);
    await clock.advance(DEAD_AFTER_MS);
    expect(cared).toEqual(['cares at 0', 'judges at 10000']);
  });

  it('begins that time anew with each term', async () => {
    await lead(4);
    await clock.advance(9_000);
    await lead(null);
    await lead(6);
    await clock.advance(DEAD_AFTER_MS - 1);
    expect(cared.filter((line) => line.startsWith('judges'))).toEqual([]);
    await clock.advance(1);
    expect(cared.at(-1)).toBe('judges at 19000');
  });

  it('is there when a pause ends', async () => {
    const waits = [2_345, null];
    answer = () => Promise.resolve(waits.shift() ?? null);
    await lead(4);
    await clock.advance(2_345);
    expect(cared).toEqual(['cares at 0', 'cares at 2345']);
  });

  it('is hurried by a wake-up, but cares once in a second at most', async () => {
    await lead(4);
    for (let i = 0; i < 20; i++) {
      caretaker.wake();
      await clock.advance(100);
    }
    expect(cared).toEqual(['cares at 0', 'cares at 1000', 'cares at 2000']);
  });

  it('goes on a second later when there is more to do', async () => {
    answer = () => Promise.resolve(0);
    await lead(4);
    await clock.advance(2_000);
    expect(cared).toEqual(['cares at 0', 'cares at 1000', 'cares at 2000']);
  });

  it('says that it failed, and tries again', async () => {
    answer = () => Promise.reject(new Error('connection refused'));
    await lead(4);
    await clock.advance(1_500);
    answer = () => Promise.resolve(null);
    await clock.advance(5_000);
    expect(log.lines).toEqual([
      'warn: The care for jobs failed and tries again: connection refused',
      'log: The care for jobs has recovered.',
    ]);
  });

  it('does not keep a stop waiting for a change that hangs', async () => {
    answer = () => new Promise(() => undefined);
    await lead(4);
    let stopped = false;
    void caretaker.stop().then(() => (stopped = true));
    await clock.advance(1_999);
    expect(stopped).toBe(false);
    await clock.advance(1);
    expect(stopped).toBe(true);
  });
});
