import { beforeEach, expect, it } from 'vitest';
import { aClaimedRun, aDueJob, NOON, TASK } from '../../../test/support/builders.js';
import { recordedLog } from '../../../test/support/recorded-log.js';
import type { Claim, ClaimedRun } from '../store/run-queue.js';
import { FakeClock } from '../testing/fake-clock.js';
import { Claimer } from './claimer.js';
import { DatabaseClock } from './database-clock.js';
import { FireBatch } from './fire-batch.js';
import { HeldClaims } from './held-claims.js';
import { SetAside } from './set-aside.js';

let clock: FakeClock;
let held: HeldClaims;
let running: ClaimedRun[];
let given: string[];
let asked: number[];
let answer: (slots: number) => Promise<{ runs: ClaimedRun[]; nextInMs: number | null }>;
let claimed: string[];
let deliver: (runs: readonly ClaimedRun[]) => void;

beforeEach(() => {
  clock = new FakeClock();
  held = new HeldClaims();
  running = [];
  given = [];
  asked = [];
  claimed = [];
  deliver = (runs) => claimed.push(...runs.map(({ runId }) => runId));
  answer = () => Promise.resolve({ runs: [], nextInMs: null });
});

const make = () =>
  new Claimer(
    {
      claim: (_: readonly string[], slots: number) => {
        asked.push(slots);
        return answer(slots);
      },
      claimed: () => Promise.resolve([...running]),
      giveBack: (claims: readonly Claim[]) => {
        given.push(...claims.map(({ runId }) => runId));
        running = running.filter(({ runId }) => !claims.some((one) => one.runId === runId));
        return Promise.resolve(claims.length);
      },
    },
    held,
    { tasks: [TASK], pollMs: 5_000, deadAfterMs: 10_000 },
    clock,
    recordedLog(),
    (runs) => deliver(runs),
  );
const fire = (jobId: string) => ({
  job: aDueJob(jobId, { task: TASK }),
  plan: {
    candidates: [{ fireAt: NOON, runAt: NOON }],
    ranges: [],
    lastFireAt: NOON,
    nextFireAt: null,
  },
});

it('1: a doubt that comes while a claim is on its way is kept, also for the stop', async () => {
  const claimer = make();
  let reply!: () => void;
  answer = () => new Promise((resolve) => (reply = () => resolve({ runs: [], nextInMs: null })));
  claimer.setFree(5);
  claimer.start();
  await clock.settle();
  // What main declines as it stops: `untaken`, and then `retire` in the same message.
  running = [aClaimedRun('queued')];
  claimer.doubt();
  const stopped = claimer.stop();
  reply();
  await clock.advance(60_000);
  await stopped;
  expect(given).toEqual(['queued']);
});

it('1b: the same without a stop: given back in the next turn', async () => {
  const claimer = make();
  let reply!: () => void;
  answer = () => new Promise((resolve) => (reply = () => resolve({ runs: [], nextInMs: null })));
  claimer.setFree(5);
  claimer.start();
  await clock.settle();
  running = [aClaimedRun('queued')];
  claimer.doubt();
  reply();
  await clock.advance(20_000);
  expect(given).toEqual(['queued']);
});

it('2: slots that were told away while a claim was on its way are not lent', async () => {
  const claimer = make();
  let reply!: () => void;
  const found = Array.from({ length: 30 }, (_, n) => aClaimedRun(String(n)));
  answer = () => new Promise((resolve) => (reply = () => resolve({ runs: found, nextInMs: null })));
  claimer.setFree(50); // 10 slots and 40 ahead of them
  claimer.start();
  await clock.settle();
  claimer.setFree(0); // the handlers take long now: nothing is ahead
  reply();
  await clock.settle();
  const fires = Array.from({ length: 500 }, (_, n) => fire(`job-${n}`));
  const loan = claimer.lend();
  expect(loan?.share(fires, NOON).filter((one) => 'here' in one && one.here).length ?? 0).toBe(0);
});

it('3: what comes due while no slot is free is asked for once one is', async () => {
  const claimer = make();
  answer = () => Promise.resolve({ runs: [], nextInMs: 1_000 });
  claimer.setFree(1);
  claimer.start();
  await clock.settle();
  await clock.advance(900);
  claimer.lend()!.end([aClaimedRun('fired-here')]); // takes the only slot
  await clock.advance(300); // the retry comes due; the turn finds no slot
  answer = () => Promise.resolve({ runs: [aClaimedRun('retry')], nextInMs: null });
  claimer.setFree(1); // the handler has ended
  await clock.settle();
  expect(claimed).toEqual(['fired-here', 'retry']);
});

it('3b: a node with one slot that fires here every second never runs a retry', async () => {
  const claimer = make();
  answer = () => Promise.resolve({ runs: [], nextInMs: 1_000 });
  claimer.setFree(1);
  claimer.start();
  await clock.settle();
  await clock.advance(900);
  answer = () => Promise.resolve({ runs: [aClaimedRun('retry')], nextInMs: null });
  for (let second = 0; second < 60 && !claimed.includes('retry'); second++) {
    claimer.lend()?.end([aClaimedRun(`fired-${second}`)]);
    await clock.advance(950);
    claimer.setFree(1);
    await clock.settle();
    await clock.advance(50);
  }
  expect(claimed.indexOf('retry')).toBe(1);
});

it('4: who waits for a loan hears of its end also where the runs could not be handed on', async () => {
  const claimer = make();
  claimer.setFree(4);
  claimer.start();
  await clock.settle();
  const loan = claimer.lend()!;
  deliver = () => {
    throw new Error('more runs were claimed than there are slots');
  };
  expect(() => loan.end([aClaimedRun('1')])).toThrow();
  let isOver = false;
  void loan.over.then(() => (isOver = true));
  await clock.settle();
  expect(isOver).toBe(true);
});

it('5: claims of a fire whose second statement was refused for a row are known or doubted', async () => {
  const ends: (readonly ClaimedRun[] | null)[] = [];
  const lender = {
    prepare: () => undefined,
    lend: () => ({
      share: <F>(fires: readonly F[]) => fires,
      end: (runs: readonly ClaimedRun[] | null) => ends.push(runs),
    }),
  };
  let calls = 0;
  // What PostgresFireLedger.fire does: plain has committed and claimed `a`; then fireAny throws for `b`.
  const ledger = {
    fire: () => {
      calls++;
      if (calls === 2) {
        const none = {
          led: true,
          moved: new Set(),
          pending: 0,
          skipped: [],
          claimed: [],
          rows: [],
          at: NOON,
        };
        return Promise.resolve(none);
      }
      return Promise.reject(Object.assign(new Error('spoilt'), { code: '22003' }));
    },
  };
  const batch = new FireBatch(
    ledger as never,
    lender as never,
    new DatabaseClock(clock),
    new SetAside(recordedLog()),
  );
  const planned = ['a', 'b'].map((id) => {
    const { job, plan } = fire(id);
    return { job, plan, item: { job } };
  });
  await batch.fire(1, 0, planned as never);
  expect(ends).toEqual([null]);
});
