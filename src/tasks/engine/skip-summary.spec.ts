import { beforeEach, expect, it } from 'vitest';
import { recordedLog, type RecordedLog } from '../../../test/support/recorded-log.js';
import { FakeClock } from '../testing/fake-clock.js';
import { SkipSummary } from './skip-summary.js';

let clock: FakeClock;
let log: RecordedLog;
let summary: SkipSummary;

beforeEach(() => {
  clock = new FakeClock();
  log = recordedLog();
  summary = new SkipSummary(clock, log);
});

const skip = (jobId: string, count = 1) => {
  summary.add([{ jobId, reason: 'overlapped', count }]);
  summary.tell();
};

it('says nothing while nothing is skipped', () => {
  summary.tell();
  expect(log.lines).toEqual([]);
});

it('tells the first at once, and what follows in a line a minute', async () => {
  skip('report');
  for (let second = 0; second < 59; second++) {
    await clock.advance(1_000);
    skip('report');
    skip('mail', 2);
  }
  expect(log.lines).toHaveLength(1);
  await clock.advance(1_000);
  summary.tell();
  expect(log.lines).toEqual([
    expect.stringContaining('Skipped 1 fire times: report overlapped 1.'),
    expect.stringContaining('Skipped 177 fire times: mail overlapped 118, report overlapped 59.'),
  ]);
  expect(log.fields[1]).toMatchObject({ event: 'fires.skipped', count: 177 });
});

it('names the ten that were skipped most', () => {
  summary.add(
    Array.from({ length: 12 }, (_, n) => ({ jobId: `job-${n}`, reason: 'limit', count: n + 1 })),
  );
  summary.tell();
  expect(log.lines[0]).toMatch(/: job-11 limit 12, .*job-2 limit 3 and 2 more\./);
});
