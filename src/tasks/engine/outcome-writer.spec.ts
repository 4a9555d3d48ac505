import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aClaim, later, NOON } from '../../../test/support/builders.js';
import { recordedLog, type RecordedLog } from '../../../test/support/recorded-log.js';
import type { HeldOutcome, Outcome, Recorded, RunQueue } from '../store/run-queue.js';
import { FakeClock } from '../testing/fake-clock.js';
import { HeldClaims } from './held-claims.js';
import { OutcomeWriter } from './outcome-writer.js';

let clock: FakeClock;
let log: RecordedLog;
let held: HeldClaims;
let writer: OutcomeWriter;
let batches: string[][];
let returned: string[][];
let noted: string[];
let told: [string, Date | null | 'refused'][];
let finish: (outcomes: readonly Outcome[]) => Promise<readonly (Recorded | HeldOutcome)[]>;

const all = (outcomes: readonly Outcome[]): Recorded[] =>
  outcomes.map(({ runId, attempt }) => ({ runId, attempt, nextFireAt: later(NOON, 60_000) }));

beforeEach(() => {
  clock = new FakeClock();
  held = new HeldClaims();
  batches = [];
  returned = [];
  noted = [];
  told = [];
  finish = (outcomes) => Promise.resolve(all(outcomes));
  const queue: RunQueue = {
    claim: () => Promise.resolve({ runs: [], nextInMs: null }),
    claimed: () => Promise.resolve([]),
    giveBack: () => Promise.resolve(0),
    report: () => Promise.resolve(),
    returned: (claims) => {
      returned.push(claims.map(({ runId }) => runId));
      return Promise.resolve([]);
    },
    finish: (outcomes) => {
      batches.push(outcomes.map(({ runId }) => runId));
      return finish(outcomes);
    },
  };
  log = recordedLog();
  writer = new OutcomeWriter(queue, held, clock, log, {
    recorded: ({ runId }, recorded) =>
      void told.push([runId, recorded ? recorded.nextFireAt : 'refused']),
    noted: (claims) => void noted.push(...claims.map(({ runId }) => runId)),
  });
  writer.start();
});
afterEach(async () => {
  const stopped = writer.stop();
  await clock.advance(60_000);
  await stopped;
});

const end = (runId: string) => {
  held.add(aClaim(runId));
  writer.write({ ...aClaim(runId), state: 'succeeded' });
};

describe('the outcome writer', () => {
  it('writes an outcome at once and tells what became of it', async () => {
    end('1');
    await clock.settle();
    expect(batches).toEqual([['1']]);
    expect(told).toEqual([['1', later(NOON, 60_000)]]);
    expect(held.has(aClaim('1'))).toBe(false);
  });

  it('writes together what comes in while a batch is on its way', async () => {
    finish = (outcomes) => clock.sleep(30).then(() => all(outcomes));
    end('1');
    await clock.settle();
    end('2');
    end('3');
    await clock.advance(60);
    expect(batches).toEqual([['1'], ['2', '3']]);
    expect(told.map(([runId]) => runId)).toEqual(['1', '2', '3']);
  });

  it('writes no more than five hundred at once', async () => {
    for (let n = 0; n < 750; n++) end(String(n));
    await clock.settle();
    expect(batches.map((batch) => batch.length)).toEqual([500, 250]);
  });

  it('keeps outcomes until the ledger has answered, however long the database is away', async () => {
    finish = () => Promise.reject(new Error('connection refused'));
    end('1');
    await clock.advance(60_000);
    end('2');
    expect(told).toEqual([]);
    expect([held.has(aClaim('1')), held.isWorking(aClaim('1'))]).toEqual([true, false]);
    finish = (outcomes) => Promise.resolve(all(outcomes));
    await clock.advance(5_000);
    expect(batches.at(-1)).toEqual(['1', '2']);
    expect(told).toHaveLength(2);
  });

  it('tells of an outcome that the ledger refused, and does not write it again', async () => {
    finish = (outcomes) => Promise.resolve(all(outcomes.slice(1)));
    end('1');
    end('2');
    await clock.advance(60_000);
    expect(told).toEqual([
      ['1', 'refused'],
      ['2', later(NOON, 60_000)],
    ]);
    expect(batches).toEqual([['1', '2']]);
    expect(held.has(aClaim('1'))).toBe(false);
  });

  it('takes the answer for another attempt as a refusal', async () => {
    finish = () => Promise.resolve([{ runId: '1', attempt: 2, nextFireAt: null }]);
    end('1');
    await clock.settle();
    expect(told).toEqual([['1', 'refused']]);
  });

  it('is flushed when everything has been written', async () => {
    await writer.flushed();
    finish = (outcomes) => clock.sleep(30).then(() => all(outcomes));
    end('1');
    await clock.settle();
    end('2');
    let flushed = false;
    void writer.flushed().then(() => (flushed = true));
    await clock.advance(40);
    expect(flushed).toBe(false);
    await clock.advance(20);
    expect(flushed).toBe(true);
  });

  it('writes that a handler has returned after the outcome of its run', async () => {
    finish = (outcomes) => clock.sleep(30).then(() => all(outcomes));
    end('1');
    await clock.settle();
    end('2');
    writer.returned(aClaim('2'));
    await clock.advance(30);
    expect(returned).toEqual([]);
    await clock.advance(30);
    expect([batches, returned]).toEqual([[['1'], ['2']], [['2']]]);
    expect(noted).toEqual(['2']);
  });

  it('is not flushed before that is written, and tries until it is', async () => {
    finish = () => Promise.reject(new Error('connection refused'));
    end('1');
    writer.returned(aClaim('1'));
    let flushed = false;
    void writer.flushed().then(() => (flushed = true));
    await clock.advance(5_000);
    expect([flushed, returned]).toEqual([false, []]);
    finish = (outcomes) => Promise.resolve(all(outcomes));
    await clock.advance(5_000);
    expect([flushed, returned]).toEqual([true, [['1']]]);
  });

  it('writes what somebody holds later, and everything else meanwhile', async () => {
    let isHeld = true;
    finish = (outcomes) =>
      Promise.resolve(
        outcomes.map(({ runId, attempt }): Recorded | HeldOutcome =>
          runId === '1' && isHeld
            ? { runId, attempt, held: true }
            : { runId, attempt, nextFireAt: null },
        ),
      );
    end('1');
    end('2');
    await clock.settle();
    end('3');
    await clock.settle();
    expect(told.map(([runId]) => runId)).toEqual(['2', '3']);
    expect(held.has(aClaim('1'))).toBe(true);
    isHeld = false;
    const flushed = writer.flushed();
    await clock.advance(300);
    await flushed;
    expect(told.map(([runId]) => runId)).toEqual(['2', '3', '1']);
  });

  it('writes the others of a batch that is refused, and says of the bad one what was wrong', async () => {
    const written: Outcome[] = [];
    finish = (outcomes) => {
      if (outcomes.some(({ result }) => result === 'bad')) {
        return Promise.reject(Object.assign(new Error('no such character: €'), { code: '22P05' }));
      }
      written.push(...outcomes);
      return Promise.resolve(all(outcomes));
    };
    for (let n = 1; n <= 9; n++) {
      held.add(aClaim(`${n}`));
      writer.write({ ...aClaim(`${n}`), state: 'succeeded', result: n === 6 ? 'bad' : 'good' });
    }
    await clock.settle();
    expect(told).toHaveLength(9);
    expect(written.filter(({ state }) => state === 'succeeded')).toHaveLength(8);
    const [bad] = written.filter(({ state }) => state === 'failed');
    expect(bad).toMatchObject({ runId: '6', error: { name: 'UnstorableOutcome' } });
    expect(bad?.error?.message).toContain('no such character: ?');
  });

  it('tries again what cannot be stored at all, and tells of it once', async () => {
    let isRefused = true;
    finish = (outcomes) =>
      isRefused
        ? Promise.reject(Object.assign(new Error('no room'), { code: '54000' }))
        : Promise.resolve(all(outcomes));
    end('1');
    await clock.advance(5_000);
    expect(told).toEqual([]);
    expect(held.has(aClaim('1'))).toBe(true);
    expect(log.lines.filter((line) => line.includes('no room'))).toHaveLength(1);
    isRefused = false;
    await clock.advance(5_000);
    expect(told).toHaveLength(1);
  });

  it.each([
    ['a right that was revoked', '42501'],
    ['a table that was moved', '42P01'],
  ])('blames no outcome for %s', async (_what, code) => {
    const written: Outcome[] = [];
    let isRefused = true;
    finish = (outcomes) => {
      if (isRefused) return Promise.reject(Object.assign(new Error('not now'), { code }));
      written.push(...outcomes);
      return Promise.resolve(all(outcomes));
    };
    end('1');
    end('2');
    await clock.advance(5_000);
    expect(told).toEqual([]);
    expect(held.has(aClaim('1'))).toBe(true);
    isRefused = false;
    await clock.advance(5_000);
    expect(written.map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
  });

  it('keeps everything while the database is away', async () => {
    let isAway = true;
    finish = (outcomes) =>
      isAway ? Promise.reject(new Error('connection refused')) : Promise.resolve(all(outcomes));
    end('1');
    await clock.advance(5_000);
    expect(told).toEqual([]);
    isAway = false;
    await clock.advance(5_000);
    expect(told).toHaveLength(1);
  });
});
