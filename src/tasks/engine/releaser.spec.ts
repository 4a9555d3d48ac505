import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordedLog, type RecordedLog } from '../../../test/support/recorded-log.js';
import type { FireLedger } from '../store/fire-ledger.js';
import { FakeClock } from '../testing/fake-clock.js';
import type { Elector } from './elector.js';
import { Releaser } from './releaser.js';

const POLL_MS = 5_000;

let clock: FakeClock;
let log: RecordedLog;
let releaser: Releaser;
let elector: { token: number | null; woken: number; wake: () => void };
let asked: string[];
let pending: number[];
let release: () => Promise<number | null>;

beforeEach(() => {
  clock = new FakeClock();
  log = recordedLog();
  asked = [];
  pending = [];
  release = () => Promise.resolve(0);
  elector = { token: 4, woken: 0, wake: () => elector.woken++ };
  const fires: Pick<FireLedger, 'release'> = {
    release: (token) => {
      asked.push(`${token} at ${clock.monotonic()}`);
      return release();
    },
  };
  releaser = new Releaser(
    ...([fires as FireLedger, elector as unknown as Elector, POLL_MS, clock, log] as const),
    () => pending.push(clock.monotonic()),
  );
});
afterEach(async () => {
  const stopped = releaser.stop();
  await clock.advance(60_000);
  await stopped;
});

describe('the releaser of a leader', () => {
  it('looks twice at first, and then now and then', async () => {
    releaser.start();
    await clock.advance(11_000);
    expect(asked).toEqual(['4 at 0', '4 at 250', '4 at 5250', '4 at 10250']);
  });

  it('looks when it is woken, and once more for what ended meanwhile', async () => {
    releaser.start();
    await clock.advance(1_000);
    asked = [];
    releaser.wake();
    await clock.advance(2_000);
    expect(asked).toEqual(['4 at 1000', '4 at 1250']);
  });

  it('says that there is something to claim when there is', async () => {
    releaser.start();
    await clock.advance(1_000);
    expect(pending).toEqual([]);
    release = () => Promise.resolve(2);
    releaser.wake();
    await clock.settle();
    expect(pending).toEqual([1_000]);
  });

  it('has the elector look when its token is not in force', async () => {
    release = () => Promise.resolve(null);
    releaser.start();
    await clock.advance(1_000);
    expect([elector.woken, asked]).toEqual([1, ['4 at 0']]);
  });

  it('goes on after a failure', async () => {
    release = () => Promise.reject(new Error('connection reset'));
    releaser.start();
    await clock.settle();
    release = () => Promise.resolve(1);
    await clock.advance(1_000);
    expect(pending).toHaveLength(1);
    expect(log.lines[0]).toContain('connection reset');
  });
});

describe('the releaser of a follower', () => {
  it('asks for nothing until it leads', async () => {
    elector.token = null;
    releaser.start();
    releaser.wake();
    await clock.advance(60_000);
    expect(asked).toEqual([]);
    elector.token = 6;
    releaser.wake();
    await clock.settle();
    expect(asked).toEqual(['6 at 60000']);
  });
});
