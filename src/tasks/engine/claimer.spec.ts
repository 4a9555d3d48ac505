import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aClaimedRun, TASK } from '../../../test/support/builders.js';
import { recordedLog } from '../../../test/support/recorded-log.js';
import type { Claim, ClaimedRun, RunQueue } from '../store/run-queue.js';
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
  readonly given: Claim[] = [];
  /** What happens to the answer of a claim on its way back. */
  onTheWay: () => Promise<void> = () => Promise.resolve();

  async claim(_tasks: readonly string[], slots: number): Promise<readonly ClaimedRun[]> {
    this.asked.push(slots);
    const runs = this.pending.splice(0, slots);
    this.running.push(...runs);
    await this.onTheWay();
    return runs;
  }

  claimed = (): Promise<readonly ClaimedRun[]> => Promise.resolve([...this.running]);

  giveBack(claims: readonly Claim[]): Promise<void> {
    this.given.push(...claims);
    this.running = this.running.filter(({ runId }) => !claims.some((one) => one.runId === runId));
    return Promise.resolve();
  }

  finish: RunQueue['finish'] = () => Promise.resolve([]);
}

let clock: FakeClock;
let queue: Queue;
let held: HeldClaims;
let claimer: Claimer;
let claimed: string[];

const make = (tasks: readonly string[] = [TASK]) =>
  new Claimer(
    ...([queue, held, { tasks, pollMs: POLL_MS, deadAfterMs: DEAD_AFTER_MS }] as const),
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
    claimer.setFree(2);
    await clock.settle();
    expect(queue.asked).toEqual([1, 1, 2]);
    claimer.setFree(1);
    await clock.settle();
    expect(queue.asked).toHaveLength(3);
    await clock.advance(POLL_MS);
    expect(queue.asked).toEqual([1, 1, 2, 1]);
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
