import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hours, later, NOON } from '../../../test/support/builders.js';
import { recordedLog } from '../../../test/support/recorded-log.js';
import type { Counted } from '../store/run-sums.js';
import { FakeClock } from '../testing/fake-clock.js';
import { Counter } from './counter.js';

let clock: FakeClock;
let counter: Counter;
let asked: string[];
let elector: { token: number | null; wake: () => void };
/** So many slices are left of each hour, by how many hours ago it was. */
let slices: number[];
let late: number[];
let news: boolean;

beforeEach(() => {
  clock = new FakeClock();
  asked = [];
  slices = [1, 1, 1];
  late = [];
  news = true;
  elector = { token: null, wake: () => undefined };
  const agoOf = (hour: Date) => (NOON.getTime() - hour.getTime()) / hours(1);
  const sums = {
    count: async (_token: number, hour?: Date): Promise<Counted> => {
      const ago = hour === undefined ? 0 : agoOf(hour);
      if (slices[ago]! > 0) asked.push(`count ${ago}`);
      slices[ago] = Math.max(0, slices[ago]! - 1);
      const before = ago + 1 < slices.length ? later(NOON, -hours(ago + 1)) : null;
      return { hour: hour ?? NOON, more: slices[ago] > 0, before };
    },
    recount: async (_token: number, hour: Date) => {
      const ago = agoOf(hour);
      asked.push(`compare ${ago}`);
      const differs = late.includes(ago);
      late = late.filter((one) => one !== ago);
      return differs;
    },
    judge: async (_token: number, after?: string) => {
      asked.push(`judge from "${after}"`);
      return { last: after === '' ? 'm' : null, news };
    },
  };
  counter = new Counter(sums, elector, clock, recordedLog());
  counter.start();
});
afterEach(async () => {
  const stopped = counter.stop();
  await clock.advance(60_000);
  await stopped;
});

async function lead(token: number | null): Promise<void> {
  elector.token = token;
  counter.wake();
  await clock.settle();
}

const ALL = ['compare 0', 'count 1', 'compare 1', 'count 2', 'compare 2'];
const JUDGED = ['judge from ""', 'judge from "m"'];

describe('a counter', () => {
  it('does nothing while another node leads', async () => {
    await clock.advance(600_000);
    expect(asked).toEqual([]);
  });

  it('counts what is new, then goes back through all hours, then judges all jobs', async () => {
    await lead(1);
    await clock.advance(4_000);
    expect(asked).toEqual(['count 0', ...ALL, ...JUDGED]);
  });

  it('does all of that anew in each term', async () => {
    await lead(1);
    await clock.advance(4_000);
    asked = [];
    await lead(null);
    await lead(2);
    await clock.advance(4_000);
    expect(asked).toEqual([...ALL.filter((step) => !step.startsWith('count')), ...JUDGED]);
  });

  it('counts what is new before it goes on with the past', async () => {
    slices = [1, 30, 1];
    await lead(1);
    await clock.advance(100);
    slices[0] = 2;
    asked = [];
    await clock.advance(100);
    expect(asked.slice(0, 2)).toEqual(['count 0', 'count 0']);
    expect(asked).toContain('count 1');
  });

  it('rests between its steps', async () => {
    slices = [1_000];
    await lead(1);
    await clock.advance(1_000);
    expect(asked.length).toBeLessThanOrEqual(51);
  });

  it('rests for longer while it only compares', async () => {
    slices = Array.from({ length: 1_000 }, () => 0);
    await lead(1);
    await clock.advance(1_000);
    expect(asked.length).toBeLessThanOrEqual(11);
  });

  it('judges jobs of which all is known without haste', async () => {
    news = false;
    slices = [0];
    await lead(1);
    await clock.advance(1_900);
    expect(asked.filter((step) => step.startsWith('judge'))).toEqual(JUDGED.slice(0, 1));
    await clock.advance(200);
    expect(asked.filter((step) => step.startsWith('judge'))).toEqual(JUDGED);
  });

  it('looks for what is new every ten seconds', async () => {
    await lead(1);
    await clock.advance(9_000);
    slices[0] = 1;
    asked = [];
    await clock.advance(10_000);
    expect(asked).toEqual(['count 0']);
  });

  it('compares the last hours with the ledger once a minute, and a day once an hour, when it judges jobs anew', async () => {
    slices = Array.from({ length: 40 }, () => 0);
    await lead(1);
    await clock.advance(30_000);
    asked = [];
    await clock.advance(60_000);
    expect(asked).toHaveLength(25 + JUDGED.length);
    asked = [];
    await clock.advance(60_000);
    expect(asked).toEqual(['compare 0', 'compare 1']);
  });

  it('looks at an hour again that was made anew', async () => {
    late = [1];
    await lead(1);
    await clock.advance(4_000);
    expect(asked.filter((step) => step === 'compare 1')).toHaveLength(2);
    expect(asked).toContain('compare 2');
  });
});
