import { beforeEach, describe, expect, it } from 'vitest';
import { aClaimedRun, aDueJob, NOON, TASK } from '../../../test/support/builders.js';
import { recordedLog } from '../../../test/support/recorded-log.js';
import type { Claim, Claimed, ClaimedRun } from '../store/run-queue.js';
import { FakeClock } from '../testing/fake-clock.js';
import { Claimer } from './claimer.js';
import { DatabaseClock } from './database-clock.js';
import { FireBatch } from './fire-batch.js';
import { HeldClaims } from './held-claims.js';
import { SetAside } from './set-aside.js';

let clock: FakeClock;
/** What the ledger says this node is running, and what was given back to it. */
let running: ClaimedRun[];
let given: string[];
let claimed: string[];
let answer: () => Promise<Claimed>;
/** Resolves when the question what this node is running may answer. */
let asked: () => Promise<void>;
let deliver: (runs: readonly ClaimedRun[]) => void;
let claimer: Claimer;
let held: HeldClaims;
let askedTheRunner: number;

beforeEach(() => {
  clock = new FakeClock();
  running = [];
  given = [];
  claimed = [];
  deliver = (runs) => claimed.push(...runs.map(({ runId }) => runId));
  answers([]);
  asked = () => Promise.resolve();
  const queue = {
    claim: () => answer(),
    claimed: async () => {
      const answered = [...running];
      await asked();
      return answered;
    },
    giveBack: (claims: readonly Claim[]) => {
      given.push(...claims.map(({ runId }) => runId));
      running = running.filter(({ runId }) => !claims.some((one) => one.runId === runId));
      return Promise.resolve(claims.length);
    },
  };
  held = new HeldClaims();
  askedTheRunner = 0;
  const canTake = () => ++askedTheRunner > 0;
  const options = { tasks: [TASK], pollMs: 5_000, deadAfterMs: 10_000, canTake };
  claimer = new Claimer(queue, held, options, clock, recordedLog(), (runs) => deliver(runs));
});

function answers(runs: readonly ClaimedRun[], nextInMs: number | null = null): void {
  answer = () => Promise.resolve({ runs, nextInMs });
}

async function startWith(free: number): Promise<void> {
  claimer.setFree(free);
  claimer.start();
  await clock.settle();
}

/** A claim is on its way. @returns lets its answer come */
async function asking(free: number, runs: readonly ClaimedRun[] = []): Promise<() => void> {
  let reply = () => undefined as void;
  answer = () => new Promise((resolve) => (reply = () => resolve({ runs, nextInMs: null })));
  await startWith(free);
  return () => reply();
}

const aFire = (jobId: string) => ({
  job: aDueJob(jobId, { task: TASK }),
  plan: {
    candidates: [{ fireAt: NOON, runAt: NOON }],
    ranges: [],
    lastFireAt: NOON,
    nextFireAt: null,
  },
});

describe('a doubt that comes while a claim is on its way', () => {
  it.each(['goes on', 'stops'])(
    'outlives the answer of the claim where the node %s',
    async (node) => {
      const reply = await asking(5);
      running = [aClaimedRun('queued')];
      claimer.doubt();
      const stopped = node === 'stops' ? claimer.stop() : Promise.resolve();
      reply();
      await clock.advance(60_000);
      await stopped;
      expect(given).toEqual(['queued']);
    },
  );
});

it('a beat that tells of a claim while the ledger is asked has it asked once more', async () => {
  let reply = () => undefined as void;
  asked = () => new Promise((resolve) => (reply = resolve));
  claimer.doubt();
  await startWith(5);
  running = [aClaimedRun('came late')];
  held.strangers = true;
  asked = () => Promise.resolve();
  reply();
  await clock.advance(60_000);
  expect(given).toEqual(['came late']);
});

it('a node that has not begun to claim does not ask its runner whether it could', async () => {
  claimer.prepare();
  expect(askedTheRunner).toBe(0);
  await startWith(5);
  const before = askedTheRunner;
  claimer.prepare();
  expect(askedTheRunner).toBe(before + 1);
});

describe('slots that are lent', () => {
  it('are none of those that were taken away while a claim was on its way', async () => {
    const reply = await asking(
      50,
      Array.from({ length: 30 }, (_, n) => aClaimedRun(String(n))),
    );
    // Most of them were claimed ahead, and now the handlers take long.
    claimer.setFree(0);
    reply();
    await clock.settle();
    expect(claimer.lend()).toBeNull();
  });

  it('are given back also where the runs could not be handed on', async () => {
    await startWith(4);
    const loan = claimer.lend()!;
    deliver = () => {
      throw new Error('there is no place for it');
    };
    expect(() => loan.end([aClaimedRun('1')])).toThrow('there is no place for it');
    await expect(loan.over).resolves.toBeUndefined();
  });

  it('keep a node with a single one from no retry, however often it fires', async () => {
    answers([], 1_000);
    await startWith(1);
    await clock.advance(900);
    answers([aClaimedRun('retry')]);
    claimer.lend()!.end([aClaimedRun('fired here')]);
    // It comes due while the slot is taken.
    await clock.advance(950);
    claimer.setFree(1);
    await clock.settle();
    expect(claimed).toEqual(['fired here', 'retry']);
  });
});

it('a fire of which a part was refused is in doubt: what an earlier part has claimed is not told of', async () => {
  const ends: (readonly ClaimedRun[] | null)[] = [];
  const lender = {
    prepare: () => undefined,
    lend: () => ({
      share: <F>(fires: readonly F[]) => fires,
      end: (runs: readonly ClaimedRun[] | null) => ends.push(runs),
    }),
  };
  const nothing = { led: true, moved: new Set(), pending: 0, skipped: [], claimed: [], rows: [] };
  const refused = Object.assign(new Error('out of range'), { code: '22003' });
  const answered = [Promise.reject(refused), Promise.resolve({ ...nothing, at: NOON })];
  const ledger = { fire: () => answered.shift() ?? Promise.reject(refused) };
  const [time, setAside] = [new DatabaseClock(clock), new SetAside(recordedLog())];
  const batch = new FireBatch(ledger as never, lender as never, time, setAside);
  const planned = ['a', 'b'].map(aFire).map((fire) => ({ ...fire, item: { job: fire.job } }));
  await batch.fire(1, 0, planned as never);
  expect(ends).toEqual([null]);
});
