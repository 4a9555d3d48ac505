import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aClaimedRun, TASK } from '../../../test/support/builders.js';
import { recordedLog } from '../../../test/support/recorded-log.js';
import type { Claim, Claimed, ClaimedRun, RunQueue } from '../store/run-queue.js';
import { FakeClock } from '../testing/fake-clock.js';
import { Claimer } from './claimer.js';
import { HeldClaims } from './held-claims.js';

const POLL_MS = 5_000;
const DEAD_AFTER_MS = 10_000;

/** A ledger with pending runs, and what it believes to run in this node's name. */
class Queue {
  pending: ClaimedRun[] = [];
  running: ClaimedRun[] = [];
  readonly asked: number[] = [];
  readonly limits: Record<string, number>[] = [];
  readonly turns: number[] = [];
  nextInMs: number | null = null;
  readonly given: Claim[] = [];
  /** Somebody's transaction holds all rows. */
  isHeld = false;
  /** What happens to the answer of a claim on its way back. */
  onTheWay: () => Promise<void> = () => Promise.resolve();

  async claim(
    _tasks: readonly string[],
    slots: number,
    limits: Readonly<Record<string, number>> = {},
    turn = 0,
  ): Promise<Claimed> {
    this.turns.push(turn);
    this.asked.push(slots);
    this.limits.push({ ...limits });
    const runs = this.pending.splice(0, slots);
    this.running.push(...runs);
    await this.onTheWay();
    return { runs, nextInMs: this.nextInMs };
  }

  claimed: () => Promise<readonly ClaimedRun[]> = () => Promise.resolve([...this.running]);

  giveBack(claims: readonly Claim[]): Promise<number> {
    if (this.isHeld) return Promise.resolve(0);
    this.given.push(...claims);
    this.running = this.running.filter(({ runId }) => !claims.some((one) => one.runId === runId));
    return Promise.resolve(claims.length);
  }

  finish: RunQueue['finish'] = () => Promise.resolve([]);
  returned = (): Promise<readonly Claim[]> => Promise.resolve([]);
  report = (): Promise<void> => Promise.resolve();
}

let clock: FakeClock;
let queue: Queue;
let held: HeldClaims;
let claimer: Claimer;
let claimed: string[];

const make = (tasks: readonly string[] = [TASK], canTake = () => true) =>
  new Claimer(
    ...([queue, held, { tasks, pollMs: POLL_MS, deadAfterMs: DEAD_AFTER_MS, canTake }] as const),
    ...([clock, recordedLog()] as const),
    (runs) => claimed.push(...runs.map(({ runId }) => runId)),
  );

beforeEach(() => {
  clock = new FakeClock();
  queue = new Queue();
  held = new HeldClaims();
  claimed = [];
  claimer = make();
});
afterEach(async () => {
  const stopped = claimer.stop();
  await clock.advance(60_000);
  await stopped;
});

const runs = (...ids: string[]) => ids.map((id) => aClaimedRun(id));

describe('the claimer', () => {
  it('asks for nothing while this node has no free slot or no task', async () => {
    const idle = make([]);
    idle.setFree(5);
    idle.start();
    claimer.start();
    await clock.advance(POLL_MS * 2);
    expect(queue.asked).toEqual([]);
    await idle.stop();
  });

  it('claims as many as there are slots, and asks again while there may be more', async () => {
    queue.pending = runs('1', '2', '3');
    claimer.setFree(2);
    claimer.start();
    await clock.settle();
    expect(claimed).toEqual(['1', '2']);
    expect(queue.asked).toEqual([2]);
    claimer.setFree(2);
    await clock.settle();
    expect(claimed).toEqual(['1', '2', '3']);
    expect(queue.asked).toEqual([2, 2]);
  });

  it('claims nothing while its runs would not be started, and at once when they would', async () => {
    let isAwake = false;
    claimer = make([TASK], () => isAwake);
    queue.pending = runs('1');
    claimer.setFree(1);
    claimer.start();
    await clock.advance(1_000);
    expect(queue.asked).toEqual([]);
    isAwake = true;
    await clock.advance(5);
    expect(claimed).toEqual(['1']);
  });

  it('gives back what it is told to doubt, as far as this node does not hold it', async () => {
    queue.running = runs('1', '2');
    held.add(aClaimedRun('2'));
    claimer.start();
    await clock.settle();
    expect(queue.given).toEqual([]);
    claimer.doubt();
    await clock.settle();
    expect(queue.given.map(({ runId }) => runId)).toEqual(['1']);
  });

  it('holds what it has claimed', async () => {
    queue.pending = runs('1');
    claimer.setFree(1);
    claimer.start();
    await clock.settle();
    expect(held.isWorking({ runId: '1', attempt: 1 })).toBe(true);
  });

  it('claims no more than a hundred at once', async () => {
    queue.pending = runs(...Array.from({ length: 150 }, (_, n) => String(n)));
    claimer.setFree(1_000);
    claimer.start();
    await clock.settle();
    expect(queue.asked).toEqual([100, 100]);
    expect(claimed).toHaveLength(150);
  });

  it('looks again when it is woken, when a slot gets free, and now and then', async () => {
    claimer.setFree(1);
    claimer.start();
    await clock.settle();
    claimer.wake();
    await clock.settle();
    expect(queue.asked).toEqual([1, 1]);
    await clock.advance(POLL_MS);
    expect(queue.asked).toEqual([1, 1, 1]);
  });

  it('asks for a slot that gets free where more may wait, and not where it has found no more', async () => {
    queue.pending = runs('1', '2');
    claimer.setFree(1);
    claimer.start();
    await clock.settle();
    claimer.setFree(1);
    await clock.settle();
    claimer.setFree(1);
    await clock.settle();
    expect([claimed, queue.asked]).toEqual([
      ['1', '2'],
      [1, 1, 1],
    ]);
    claimer.setFree(5);
    await clock.settle();
    expect(queue.asked).toHaveLength(3);
  });
});

describe('slots that are lent for a fire', () => {
  const lent = async (free: number) => {
    claimer.setFree(free);
    claimer.start();
    await clock.settle();
    return claimer.lend();
  };

  it('are half of those that are free, and the runs that get one are held and started', async () => {
    const loan = await lent(5);
    expect(loan?.slots).toBe(3);
    loan?.end(runs('1', '2'));
    expect(claimed).toEqual(['1', '2']);
    expect(held.isWorking({ runId: '2', attempt: 1 })).toBe(true);
    claimer.wake();
    await clock.settle();
    expect(queue.asked).toEqual([5, 3]);
  });

  it('are not claimed for meanwhile', async () => {
    const loan = await lent(4);
    claimer.wake();
    await clock.settle();
    expect(queue.asked).toEqual([4, 2]);
    loan?.end([]);
    claimer.wake();
    await clock.settle();
    expect(queue.asked).toEqual([4, 2, 4]);
  });

  it('are none while others wait for one, or may', async () => {
    queue.pending = runs('1', '2', '3');
    expect(await lent(2)).toBeNull();
    claimer.setFree(2);
    await clock.settle();
    claimer.setFree(2);
    expect(claimer.lend()).not.toBeNull();
  });

  it('are none while a claim is on its way, or another fire', async () => {
    await lent(4);
    expect(claimer.lend()).toBeNull();
    claimer = make();
    queue.onTheWay = () => clock.sleep(50);
    expect(await lent(4)).toBeNull();
  });

  it.each([
    ['nothing would be started', () => (claimer = make([TASK], () => false))],
    ['this node drains', () => claimer.setDraining(true)],
    ['it is not known what this node has', () => (queue.running = runs('stranger'))],
  ])('are none while %s', async (_, happens) => {
    queue.isHeld = true;
    happens();
    claimer.doubt();
    expect(await lent(4)).toBeNull();
  });

  it('let nothing be given back until the fire has its answer', async () => {
    const loan = await lent(4);
    // The statement has claimed it, and the answer is on its way.
    queue.running = runs('1');
    held.strangers = true;
    claimer.wake();
    await clock.settle();
    expect(queue.given).toEqual([]);
    loan?.end(runs('1'));
    await clock.settle();
    expect([queue.given, claimed]).toEqual([[], ['1']]);
  });

  it('are none while something is given back', async () => {
    const loan = await lent(4);
    loan?.end([]);
    queue.claimed = () => clock.sleep(50).then(() => []);
    claimer.doubt();
    await clock.settle();
    expect(claimer.lend()).toBeNull();
    await clock.advance(50);
    expect(claimer.lend()).not.toBeNull();
  });

  it('are asked after when the answer of the fire was lost, or came too late', async () => {
    const loan = await lent(4);
    queue.running = runs('1');
    loan?.end(null);
    await clock.settle();
    expect(queue.given.map(({ runId }) => runId)).toEqual(['1']);
    const late = claimer.lend();
    await clock.advance(DEAD_AFTER_MS / 2 + 1);
    queue.running = runs('2');
    late?.end(runs('2'));
    await clock.settle();
    expect(queue.given.map(({ runId }) => runId)).toEqual(['1', '2']);
    expect(claimed).toEqual([]);
  });

  it('give the run back that comes when the node has stopped', async () => {
    const loan = await lent(4);
    const stopped = claimer.stop();
    queue.running = runs('1');
    await clock.settle();
    loan?.end(runs('1'));
    await clock.advance(100);
    await stopped;
    expect([claimed, queue.given.length]).toEqual([[], 1]);
  });
});

describe('the next run that may start', () => {
  it('is waited for where it comes before the next look', async () => {
    queue.nextInMs = 1_234.5;
    claimer.setFree(1);
    claimer.start();
    await clock.settle();
    queue.pending = runs('1');
    await clock.advance(1_234);
    expect(claimed).toEqual([]);
    await clock.advance(1);
    expect(claimed).toEqual(['1']);
  });

  it('is no reason to look later than usual', async () => {
    queue.nextInMs = POLL_MS * 10;
    claimer.setFree(1);
    claimer.start();
    await clock.advance(POLL_MS);
    expect(queue.asked).toEqual([1, 1]);
  });

  it('is waited for when a claim took less than there were slots for', async () => {
    queue.pending = runs('1');
    queue.nextInMs = 700;
    claimer.setFree(3);
    claimer.start();
    await clock.settle();
    queue.pending = runs('2');
    await clock.advance(700);
    expect(claimed).toEqual(['1', '2']);
  });
});

describe('the shares of the slots', () => {
  it('go on from one claim to the next, by what was taken', async () => {
    queue.pending = runs('1', '2', '3', '4');
    claimer.start();
    for (const free of [1, 2, 5, 5]) {
      claimer.setFree(free);
      await clock.advance(0);
      claimer.setFree(0);
    }
    expect(queue.turns.slice(0, 3)).toEqual([0, 1, 3]);
  });
});

describe('the limits of tasks', () => {
  it('go with the question, less what was taken since they were told', async () => {
    queue.pending = runs('1', '2', '3');
    claimer.setFree(2, { [TASK]: 3, other: 1 });
    claimer.start();
    await clock.settle();
    claimer.wake();
    claimer.setFree(2, { [TASK]: 1, other: 1 });
    await clock.settle();
    expect(queue.limits).toEqual([
      { [TASK]: 3, other: 1 },
      { [TASK]: 1, other: 1 },
    ]);
  });

  it('that leave more than before are a reason to look again', async () => {
    claimer.setFree(5, { [TASK]: 0 });
    claimer.start();
    await clock.settle();
    claimer.setFree(5, { [TASK]: 0 });
    await clock.settle();
    expect(queue.asked).toHaveLength(1);
    claimer.setFree(5, { [TASK]: 1 });
    await clock.settle();
    claimer.setFree(5, {});
    await clock.settle();
    expect(queue.limits).toEqual([{ [TASK]: 0 }, { [TASK]: 1 }, {}]);
  });
});

describe('a node that drains', () => {
  it('takes nothing until it is told that it may again', async () => {
    queue.pending = runs('1');
    claimer.setFree(1);
    claimer.setDraining(true);
    claimer.start();
    await clock.advance(POLL_MS * 3);
    expect(queue.asked).toEqual([]);
    claimer.setDraining(false);
    await clock.settle();
    expect(claimed).toEqual(['1']);
  });

  it('gives back what a claim on its way brings', async () => {
    queue.pending = runs('1');
    queue.onTheWay = () => clock.sleep(50);
    claimer.setFree(1);
    claimer.start();
    await clock.settle();
    claimer.setDraining(true);
    await clock.advance(50);
    expect(claimed).toEqual([]);
    expect(queue.given.map(({ runId }) => runId)).toEqual(['1']);
  });

  it('says so once', () => {
    const log = recordedLog();
    const options = { tasks: [TASK], pollMs: POLL_MS, deadAfterMs: DEAD_AFTER_MS };
    const told = new Claimer(queue, held, options, clock, log, () => undefined);
    for (const drain of [false, true, true, false, false]) told.setDraining(drain);
    expect(log.lines).toHaveLength(2);
    expect(log.lines[0]).toContain('asked to drain');
  });
});

describe('a claim whose answer was lost', () => {
  const loseAnswer = async () => {
    queue.pending = runs('1', '2');
    queue.onTheWay = () => Promise.reject(new Error('connection reset'));
    claimer.setFree(2);
    claimer.start();
    await clock.settle();
    queue.onTheWay = () => Promise.resolve();
  };

  it('is given back before the next one, and not started', async () => {
    await loseAnswer();
    expect(claimed).toEqual([]);
    queue.pending = runs('3');
    await clock.advance(100);
    expect(queue.given.map(({ runId }) => runId)).toEqual(['1', '2']);
    expect(claimed).toEqual(['3']);
  });

  it('is given back once nobody holds it any more, without waiting for the next look', async () => {
    queue.isHeld = true;
    await loseAnswer();
    await clock.advance(1_000);
    expect(queue.given).toEqual([]);
    queue.isHeld = false;
    await clock.advance(250);
    expect(queue.given.map(({ runId }) => runId)).toEqual(['1', '2']);
  });

  it('is given back by a node that stops, however often that takes', async () => {
    queue.isHeld = true;
    await loseAnswer();
    const stopped = claimer.stop();
    await clock.advance(1_000);
    queue.isHeld = false;
    await clock.advance(250);
    await stopped;
    expect(queue.running).toEqual([]);
  });

  it('holds up a stop for two seconds at most', async () => {
    queue.isHeld = true;
    await loseAnswer();
    const stopped = claimer.stop();
    await clock.advance(2_500);
    await stopped;
    expect(queue.running).toHaveLength(2);
  });

  it('does not make it give back what it holds', async () => {
    held.add(aClaimedRun('0'));
    queue.running = runs('0');
    await loseAnswer();
    await clock.advance(100);
    expect(queue.given.map(({ runId }) => runId)).toEqual(['1', '2']);
  });

  it('is given back although the ledger cannot be asked at first', async () => {
    const { claimed: answer } = queue;
    queue.claimed = () => Promise.reject(new Error('connection refused'));
    await loseAnswer();
    await clock.advance(500);
    expect(queue.given).toEqual([]);
    queue.claimed = answer;
    await clock.advance(2_000);
    expect(queue.given).toHaveLength(2);
  });
});

describe('a claim whose answer came too late', () => {
  it('is given back: the runs may have been settled', async () => {
    queue.pending = runs('1');
    queue.onTheWay = () => clock.sleep(DEAD_AFTER_MS / 2 + 1);
    claimer.setFree(1);
    claimer.start();
    await clock.advance(DEAD_AFTER_MS / 2 + 1);
    expect(claimed).toEqual([]);
    expect(queue.given.map(({ runId }) => runId)).toEqual(['1']);
    expect(held.working()).toEqual([]);
  });

  it('is started when it was just in time', async () => {
    queue.pending = runs('1');
    queue.onTheWay = () => clock.sleep(DEAD_AFTER_MS / 2);
    claimer.setFree(1);
    claimer.start();
    await clock.advance(DEAD_AFTER_MS / 2);
    expect(claimed).toEqual(['1']);
  });
});

describe('stopping the claimer', () => {
  it('waits for the claim on its way and gives it back', async () => {
    queue.pending = runs('1');
    queue.onTheWay = () => clock.sleep(50);
    claimer.setFree(1);
    claimer.start();
    await clock.settle();
    const stopped = claimer.stop();
    await clock.advance(50);
    await stopped;
    expect(claimed).toEqual([]);
    expect(queue.given.map(({ runId }) => runId)).toEqual(['1']);
  });

  it('ends it', async () => {
    claimer.setFree(1);
    claimer.start();
    await clock.settle();
    await claimer.stop();
    claimer.wake();
    await clock.advance(POLL_MS * 2);
    expect(queue.asked).toEqual([1]);
  });
});
