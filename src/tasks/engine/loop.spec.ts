import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordedLog, type RecordedLog } from '../../../test/support/recorded-log.js';
import { FakeClock } from '../testing/fake-clock.js';
import { Loop } from './loop.js';

let clock: FakeClock;
let log: RecordedLog;
let loop: Loop;
/** When each turn began. */
let turns: number[];
let turn: () => Promise<number>;

beforeEach(() => {
  clock = new FakeClock();
  log = recordedLog();
  turns = [];
  turn = () => Promise.resolve(1_000);
  loop = new Loop('test', clock, log, () => {
    turns.push(clock.monotonic());
    return turn();
  });
});
afterEach(async () => {
  const stopped = loop.stop();
  await clock.advance(60_000);
  await stopped;
});

const failing = (reason: string) => () => Promise.reject(new Error(reason));

describe('a loop', () => {
  it('takes a turn at once, and again after as long as the turn asked for', async () => {
    loop.start();
    await clock.advance(2_500);
    expect(turns).toEqual([0, 1_000, 2_000]);
  });

  it('begins the next turn early when it is woken', async () => {
    loop.start();
    await clock.advance(300);
    loop.wake();
    await clock.advance(1_000);
    expect(turns).toEqual([0, 300, 1_300]);
  });

  it('does not overlap itself: a wake-up during a turn is followed by another one at once', async () => {
    turn = () => clock.sleep(400).then(() => 1_000);
    loop.start();
    await clock.advance(100);
    loop.wake();
    loop.wake();
    await clock.advance(250);
    expect(turns).toEqual([0]);
    await clock.advance(400);
    expect(turns).toEqual([0, 400]);
    await clock.advance(1_100);
    expect(turns).toEqual([0, 400, 1_800]);
  });

  it('runs once, however often it is started', async () => {
    loop.start();
    loop.start();
    await clock.advance(1_500);
    expect(turns).toEqual([0, 1_000]);
  });
});

describe('what a loop says of its work', () => {
  it('is nothing while its turns end well, however long it sleeps', async () => {
    turn = () => Promise.resolve(60_000);
    loop.start();
    await clock.advance(59_000);
    expect(loop.failingFor(1_000)).toBeNull();
  });

  it('is why it fails, once that is long enough', async () => {
    turn = failing('no database');
    loop.start();
    await clock.advance(4_000);
    expect(loop.failingFor(4_001)).toBeNull();
    expect(loop.failingFor(4_000)).toBe('the test fails: no database');
  });

  it('is that it hangs, before anybody has given up', async () => {
    turn = () => clock.sleep(6_000).then(() => 1_000);
    loop.start();
    await clock.advance(4_000);
    expect(loop.failingFor(4_000)).toBe('the test fails: it gives no answer');
    await clock.advance(2_000);
    expect(loop.failingFor(0)).toBeNull();
  });
});

describe('a loop whose turn fails', () => {
  it('tries again, later and later up to two seconds', async () => {
    turn = failing('no database');
    loop.start();
    await clock.advance(8_000);
    expect(turns).toEqual([0, 100, 300, 700, 1_500, 3_100, 5_100, 7_100]);
  });

  it('says so once for each reason, and when it goes on', async () => {
    turn = failing('no database');
    loop.start();
    await clock.advance(500);
    turn = failing('no table');
    await clock.advance(1_000);
    turn = () => Promise.resolve(1_000);
    await clock.advance(10_000);
    expect(log.lines).toEqual([
      'warn: The test failed and tries again: no database',
      'warn: The test failed and tries again: no table',
      'log: The test has recovered.',
    ]);
  });

  it('begins anew with short waits after it has succeeded', async () => {
    turn = failing('no database');
    loop.start();
    await clock.advance(1_600);
    turn = () => Promise.resolve(1_000);
    await clock.advance(1_600);
    turn = failing('no database');
    turns.length = 0;
    await clock.advance(2_000);
    const [first = 0, ...again] = turns;
    expect(again.map((at) => at - first)).toEqual([100, 300, 700]);
  });

  it('is not hurried by a wake-up', async () => {
    turn = failing('no database');
    loop.start();
    await clock.advance(50);
    loop.wake();
    await clock.settle();
    expect(turns).toEqual([0]);
    await clock.advance(50);
    expect(turns).toEqual([0, 100]);
  });

  it('goes on whatever is thrown', async () => {
    const thrown: unknown[] = ['text', null, new TypeError('')];
    // oxlint-disable-next-line typescript/only-throw-error
    turn = () => (thrown.length > 0 ? Promise.reject(thrown.shift()) : Promise.resolve(1_000));
    loop.start();
    await clock.advance(1_000);
    expect(log.lines.map((line) => line.split(': ').at(-1))).toEqual([
      'text',
      'null',
      'TypeError',
      'The test has recovered.',
    ]);
  });
});

describe('stopping a loop', () => {
  const stopped = async () => {
    let done = false;
    const stopping = loop.stop().then(() => (done = true));
    await clock.settle();
    return { isDone: () => done, stopping };
  };

  it('ends its sleep', async () => {
    loop.start();
    await clock.settle();
    expect((await stopped()).isDone()).toBe(true);
    expect(clock.sleeping).toBe(0);
  });

  it('waits for the turn that goes on, and takes no other', async () => {
    turn = () => clock.sleep(400).then(() => 0);
    loop.start();
    await clock.settle();
    const { isDone } = await stopped();
    expect(isDone()).toBe(false);
    await clock.advance(400);
    expect(isDone()).toBe(true);
    expect(turns).toEqual([0]);
  });

  it('ends the wait after a failure', async () => {
    turn = failing('no database');
    loop.start();
    await clock.advance(1_600);
    expect((await stopped()).isDone()).toBe(true);
    expect(clock.sleeping).toBe(0);
  });

  it('hears no complaint of a turn that fails because of it', async () => {
    turn = () => clock.sleep(400).then(failing('the session was closed'));
    loop.start();
    await clock.settle();
    const { stopping } = await stopped();
    await clock.advance(400);
    await stopping;
    expect(log.lines).toEqual([]);
  });

  it('twice is harmless, and before the start keeps it from starting', async () => {
    await loop.stop();
    loop.start();
    await clock.advance(5_000);
    await loop.stop();
    expect(turns).toEqual([]);
  });
});
