import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aClaim, NOON } from '../../../test/support/builders.js';
import { recordedLog, type RecordedLog } from '../../../test/support/recorded-log.js';
import type { NewRunLine, RunProgress, RunQueue } from '../store/run-queue.js';
import { FakeClock } from '../testing/fake-clock.js';
import { Reporter } from './reporter.js';

let clock: FakeClock;
let log: RecordedLog;
let reporter: Reporter;
let written: { at: number; lines: number; progress: number[] }[];
let report: () => Promise<void>;

beforeEach(() => {
  clock = new FakeClock();
  log = recordedLog();
  written = [];
  report = () => Promise.resolve();
  const queue: RunQueue = {
    claim: () => Promise.resolve({ runs: [], nextInMs: null }),
    claimed: () => Promise.resolve([]),
    giveBack: () => Promise.resolve(0),
    finish: () => Promise.resolve([]),
    returned: () => Promise.resolve([]),
    report: async (lines, progress) => {
      await report();
      written.push({
        at: clock.monotonic(),
        lines: lines.length,
        progress: progress.map((one) => one.progress.percent),
      });
    },
  };
  reporter = new Reporter(queue, clock, log);
  reporter.start();
});
afterEach(async () => {
  const stopped = reporter.stop();
  await clock.advance(60_000);
  await stopped;
});

const line: NewRunLine = { ...aClaim('1'), at: NOON, level: 'info', message: 'hello' };
const say = (lines: number) => {
  for (let n = 0; n < lines; n++) reporter.line(line);
};
const progress = (runId: string, percent: number): RunProgress => ({
  ...aClaim(runId),
  progress: { percent, note: null },
});
const fail = () => Promise.reject(new Error('connection refused'));

describe('the reporter', () => {
  it('writes together what was said within half a second', async () => {
    say(1);
    await clock.advance(300);
    say(2);
    await clock.advance(199);
    expect(written).toEqual([]);
    await clock.advance(1);
    expect(written).toEqual([{ at: 500, lines: 3, progress: [] }]);
    await clock.advance(5_000);
    say(1);
    await clock.advance(500);
    expect(written.at(-1)).toEqual({ at: 6_000, lines: 1, progress: [] });
  });

  it('writes sooner when there are many lines', async () => {
    say(199);
    await clock.advance(100);
    expect(written).toEqual([]);
    say(1);
    await clock.settle();
    expect(written).toEqual([{ at: 100, lines: 200, progress: [] }]);
  });

  it('writes the last word on the progress of each run', async () => {
    reporter.setProgress(progress('1', 10));
    reporter.setProgress(progress('2', 50));
    reporter.setProgress(progress('1', 20));
    await clock.advance(500);
    expect(written).toEqual([{ at: 500, lines: 0, progress: [20, 50] }]);
  });

  it('does not forget progress that was told while a batch was on its way', async () => {
    report = () => clock.sleep(50);
    reporter.setProgress(progress('1', 10));
    await clock.advance(520);
    reporter.setProgress(progress('1', 20));
    await clock.advance(1_000);
    expect(written.map((batch) => batch.progress)).toEqual([[10], [20]]);
  });

  it('keeps what it could not write, and writes it later', async () => {
    report = fail;
    say(3);
    reporter.setProgress(progress('1', 10));
    await clock.advance(10_000);
    report = () => Promise.resolve();
    await clock.advance(2_000);
    expect(written).toMatchObject([{ lines: 3, progress: [10] }]);
  });

  it('drops newer lines while the database is away for long, and says so once', async () => {
    report = fail;
    say(10_005);
    await clock.advance(1_000);
    const dropping = 'beyond 10000 they are dropped';
    expect(log.lines.filter((one) => one.includes(dropping))).toHaveLength(1);
    report = () => Promise.resolve();
    await clock.advance(5_000);
    expect(written.reduce((sum, { lines }) => sum + lines, 0)).toBe(10_000);
    expect(log.lines.join('\n')).toContain('5 lines of runs are not in the ledger');
  });

  it('writes no more than a thousand lines at once', async () => {
    say(2_500);
    await clock.settle();
    await clock.advance(500);
    expect(written.map(({ lines }) => lines)).toEqual([1_000, 1_000, 500]);
  });
});

describe('flushing the reporter', () => {
  it('is done at once when there is nothing to write', async () => {
    await expect(reporter.flushed()).resolves.toBeUndefined();
  });

  it('writes at once and waits for the answer', async () => {
    report = () => clock.sleep(50);
    say(1);
    let flushed = false;
    void reporter.flushed().then(() => (flushed = true));
    await clock.advance(49);
    expect([flushed, written]).toEqual([false, []]);
    await clock.advance(1);
    expect([flushed, written.length]).toEqual([true, 1]);
  });
});
