import { beforeEach, describe, expect, it } from 'vitest';
import { aClaimedRun } from '../../../test/support/builders.js';
import { Offers, type Offer } from './offers.js';
import { SharedState } from './shared-state.js';
import { Taker } from './taker.js';

const SLOTS = 4;

let shared: SharedState;
let offers: Offers;
let taken: string[];
let started: string[];
let missed: number;
let taker: Taker;
let wokeAt: number;
let room: number;

beforeEach(() => {
  shared = SharedState.ofSize(SLOTS);
  taken = [];
  started = [];
  missed = 0;
  offers = new Offers(shared, ({ runId }) => taken.push(runId));
  taker = new Taker(
    new SharedState(shared.buffer),
    {
      get room() {
        return room;
      },
      start: ({ runId }) => {
        started.push(runId);
        room--;
      },
    },
    () => missed++,
    () => wokeAt,
  );
  wokeAt = 0;
  room = 100;
});

const run = (runId: string, task = 'mail') => aClaimedRun(runId, { task });
const make = (now: number, ...ids: string[]) =>
  offers.make(
    ids.map((id) => run(id)),
    now,
  );
const aTurn = () => new Promise((resolve) => setImmediate(resolve));
const take = (made: readonly Offer[]) => taker.take(made);

describe('a run that is offered', () => {
  it('is started once main has taken it', async () => {
    take(make(0, '1', '2'));
    await aTurn();
    expect(started).toEqual(['1', '2']);
    expect(offers.takeBack(1_000)).toEqual([]);
    expect(taken).toEqual(['1', '2']);
    expect(offers.areOpen).toBe(false);
  });

  it('is taken back when main has come round and not taken it in 250 ms', () => {
    make(0, '1');
    shared.tickMain(0);
    expect(offers.takeBack(249)).toEqual([]);
    expect(offers.takeBack(250)).toEqual([{ runId: '1', attempt: 1 }]);
    expect(offers.areOpen).toBe(false);
  });

  it('is taken back sooner when main has not come round even once', () => {
    make(0, '1');
    expect(offers.takeBack(59)).toEqual([]);
    expect(offers.takeBack(60)).toHaveLength(1);
  });

  it('is never started after that, not even when it is offered anew', () => {
    const old = make(0, '1');
    offers.takeBack(300);
    const anew = make(301, '1');
    take(old);
    expect([started, missed]).toEqual([[], 1]);
    take(anew);
    expect([started, missed]).toEqual([['1'], 1]);
  });

  it('is not taken together with one that blocks the loop before it', async () => {
    const made = make(0, 'blocks', 'next');
    take(made);
    expect(started).toEqual(['blocks']);
    // Main stands still in the first one: the second goes back.
    expect(offers.takeBack(60)).toEqual([{ runId: 'next', attempt: 1 }]);
    await aTurn();
    expect([started, missed]).toEqual([['blocks'], 1]);
  });

  it('is not taken by a main thread that has stood still with the whole process', () => {
    const made = make(0, '1');
    wokeAt = 250;
    take(made);
    expect([started, missed]).toEqual([[], 1]);
    expect(offers.takeBack(251)).toEqual([{ runId: '1', attempt: 1 }]);
  });

  it('is started before anything is heard that concerns it', async () => {
    const heard: string[] = [];
    take(make(0, '1', '2'));
    const cancel = (runId: string) =>
      taker.about({ runId, attempt: 1 }, () => heard.push(...started, `cancel ${runId}`));
    cancel('2');
    expect(heard).toEqual([]);
    cancel('1');
    expect(heard.splice(0)).toEqual(['1', 'cancel 1']);
    await aTurn();
    expect(heard).toEqual(['1', '2', 'cancel 2']);
  });

  it('is heard of after its start when it was offered before and taken back', async () => {
    const heard: string[] = [];
    room = 0;
    take(make(0, '1'));
    offers.takeBack(300);
    take(make(301, '1'));
    taker.about({ runId: '1', attempt: 1 }, () => heard.push(...started, 'cancel 1'));
    room = 1;
    taker.next();
    await aTurn();
    // One turn is enough for all that was taken back, and main tells of it once.
    expect([heard, missed]).toEqual([['1', 'cancel 1'], 1]);
  });

  it('waits until a slot is free, and goes back if none is in time', async () => {
    room = 2;
    take(make(0, '1', '2', '3', '4'));
    await aTurn();
    expect([started, taker.seen, taker.waiting.length]).toEqual([['1', '2'], 4, 2]);
    room = 1;
    taker.next();
    await aTurn();
    expect(started).toEqual(['1', '2', '3']);
    expect(offers.takeBack(250)).toEqual([{ runId: '4', attempt: 1 }]);
    room = 1;
    taker.next();
    await aTurn();
    expect([started.length, missed, taker.waiting]).toEqual([3, 1, []]);
  });

  it('is given back by main when its node stops, if it has not begun', async () => {
    room = 1;
    const made = make(0, '1', '2', '3');
    take(made);
    offers.takeBack(300);
    const late = make(301, '4');
    expect(taker.decline(taker.waiting)).toEqual([]);
    expect(taker.decline(late)).toEqual([{ runId: '4', attempt: 1 }]);
    room = 9;
    taker.next();
    await aTurn();
    expect([started, taker.waiting, taker.seen]).toEqual([['1'], [], 4]);
    // Its slot is free again once the engine has looked.
    expect(offers.takeBack(1_000)).toEqual([]);
    expect(offers.areOpen).toBe(false);
  });

  it('is not taken of an engine that has died', async () => {
    take(make(0, '1', '2'));
    taker.end();
    await aTurn();
    expect(started).toEqual(['1']);
  });

  it('finds a slot again and again', () => {
    for (let n = 0; n < 10 * SLOTS; n++) take(make(n, String(n)));
    expect(started).toHaveLength(10 * SLOTS);
  });
});

describe('the slots that main tells of', () => {
  it('are less those for which offers are on their way', () => {
    const made = make(0, '1', '2');
    expect(offers.count({ free: 5 }, 0)).toEqual({ free: 3 });
    expect(offers.count({ free: 4 }, made[0]!.ticket)).toEqual({ free: 3 });
    expect(offers.count({ free: 3 }, made[1]!.ticket)).toEqual({ free: 3 });
  });

  it('are less those of each task, too', () => {
    offers.make([run('1', 'mail'), run('2', 'sms')], 0);
    expect(offers.count({ free: 9, limits: { mail: 2, sms: 1, fax: 4 } }, 0)).toEqual({
      free: 7,
      limits: { mail: 1, sms: 0, fax: 4 },
    });
  });

  it('stay taken by what was taken back until main has read that', () => {
    const [offer] = make(0, '1');
    offers.takeBack(1_000);
    expect(offers.count({ free: 1 }, 0)).toEqual({ free: 0 });
    take([offer!]);
    expect(missed).toBe(1);
    expect(offers.count({ free: 1 }, taker.seen)).toEqual({ free: 1 });
  });
});
