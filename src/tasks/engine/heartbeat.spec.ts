import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aClaim, NOON } from '../../../test/support/builders.js';
import { recordedLog } from '../../../test/support/recorded-log.js';
import type { Heartbeat, NodeRoster, RunningClaim } from '../store/node-roster.js';
import type { Claim } from '../store/run-queue.js';
import { FakeClock } from '../testing/fake-clock.js';
import { DatabaseClock } from './database-clock.js';
import { HeartbeatLoop } from './heartbeat.js';
import { HeldClaims } from './held-claims.js';

let clock: FakeClock;
let time: DatabaseClock;
let held: HeldClaims;
let loop: HeartbeatLoop;
let lost: Claim[];
let cancelled: [Claim, string][];
let drains: boolean[];
let reached: (string | null)[];
let beats: number[];
let answer: () => Promise<Heartbeat>;

/** The ledger has these claims of this node. */
const anAnswer = (...claims: readonly (Claim & Partial<RunningClaim>)[]): Heartbeat => ({
  running: claims.map((claim) => ({ cancel: null, ...claim })),
  unknownTasks: [],
  led: true,
  toAdopt: [],
  switchedOff: [],
  drain: false,
  at: NOON,
});

beforeEach(() => {
  clock = new FakeClock();
  time = new DatabaseClock(clock);
  held = new HeldClaims();
  lost = [];
  cancelled = [];
  drains = [];
  reached = [];
  beats = [];
  answer = () => Promise.resolve(anAnswer());
  const roster: NodeRoster = {
    register: () => Promise.resolve(),
    leave: () => Promise.resolve(),
    beat: () => {
      beats.push(clock.monotonic());
      return answer();
    },
  };
  loop = new HeartbeatLoop(...([roster, held, 2_000, clock, time, recordedLog()] as const), {
    lost: (claim) => lost.push(claim),
    cancelled: (claim, why) => cancelled.push([claim, why]),
    reached: (why) => reached.push(why),
    answered: (heartbeat) => heartbeat && drains.push(heartbeat.drain),
  });
  loop.start();
});
afterEach(async () => {
  const stopped = loop.stop();
  await clock.advance(60_000);
  await stopped;
});

const beatAgain = () => clock.advance(2_000);

describe('the heartbeat', () => {
  it('is heard at once and then at even intervals, however long an answer takes', async () => {
    answer = () => clock.sleep(700).then(() => anAnswer());
    await clock.advance(6_500);
    expect(beats).toEqual([0, 2_000, 4_000, 6_000]);
  });

  it('tells the database’s time', async () => {
    answer = () => Promise.resolve({ ...anAnswer(), at: new Date('2031-01-01T00:00:00Z') });
    await beatAgain();
    expect(time.now()).toEqual(new Date('2031-01-01T00:00:00Z'));
  });

  it('says that the database cannot be reached, and that it can again', async () => {
    await clock.settle();
    answer = () => Promise.reject(new Error('connection refused'));
    await beatAgain();
    answer = () => Promise.resolve(anAnswer());
    await beatAgain();
    expect(reached.slice(0, 2)).toEqual([null, 'connection refused']);
    expect(reached.at(-1)).toBeNull();
  });
});

describe('a claim that the ledger does not know of any more', () => {
  it('is lost', async () => {
    held.add(aClaim('1'));
    held.add(aClaim('2'));
    answer = () => Promise.resolve(anAnswer(aClaim('2')));
    await beatAgain();
    expect(lost).toEqual([aClaim('1')]);
  });

  it('is lost when the ledger has another attempt of its run', async () => {
    held.add(aClaim('1', 1));
    answer = () => Promise.resolve(anAnswer(aClaim('1', 2)));
    await beatAgain();
    expect(lost).toEqual([aClaim('1', 1)]);
  });

  it('is not lost when its handler has ended: this node said so itself', async () => {
    await clock.settle();
    held.add(aClaim('1'));
    held.add(aClaim('2'));
    held.end(aClaim('1'));
    answer = () => {
      held.end(aClaim('2'));
      return Promise.resolve(anAnswer());
    };
    await beatAgain();
    expect(lost).toEqual([]);
  });

  it('is not lost when it was taken after the ledger was asked', async () => {
    await clock.settle();
    answer = () => {
      held.add(aClaim('1'));
      return Promise.resolve(anAnswer());
    };
    await beatAgain();
    expect(lost).toEqual([]);
  });

  it('is not lost by a heartbeat that got no answer', async () => {
    held.add(aClaim('1'));
    answer = () => Promise.reject(new Error('connection refused'));
    await beatAgain();
    expect(lost).toEqual([]);
  });
});

describe('a claim that somebody has cancelled', () => {
  it('is told of once, with the reason', async () => {
    held.add(aClaim('1'));
    answer = () => Promise.resolve(anAnswer({ ...aClaim('1'), cancel: 'too slow' }));
    await beatAgain();
    await beatAgain();
    expect(cancelled).toEqual([[aClaim('1'), 'too slow']]);
    expect(lost).toEqual([]);
  });

  it('is told of only while its handler is at work here', async () => {
    held.add(aClaim('1'));
    held.end(aClaim('1'));
    const cancel = 'too slow';
    answer = () =>
      Promise.resolve(anAnswer({ ...aClaim('1'), cancel }, { ...aClaim('2'), cancel }));
    await beatAgain();
    expect(cancelled).toEqual([]);
    held.add(aClaim('2'));
    await beatAgain();
    expect(cancelled).toEqual([[aClaim('2'), cancel]]);
  });

  it('is told of at once when the loop is woken', async () => {
    held.add(aClaim('1'));
    answer = () => Promise.resolve(anAnswer(aClaim('1')));
    await clock.advance(100);
    answer = () => Promise.resolve(anAnswer({ ...aClaim('1'), cancel: 'enough' }));
    loop.wake();
    await clock.settle();
    expect([beats, cancelled]).toEqual([[0, 100], [[aClaim('1'), 'enough']]]);
  });
});

describe('a node that somebody wants to drain', () => {
  it('is told so with each beat', async () => {
    await clock.settle();
    answer = () => Promise.resolve({ ...anAnswer(), drain: true });
    await beatAgain();
    expect(drains).toEqual([false, true]);
  });
});
