import { beforeEach, describe, expect, it } from 'vitest';
import { recordedLog, type RecordedLog } from '../../../test/support/recorded-log.js';
import { FakeClock } from '../testing/fake-clock.js';
import { LoopLag } from './loop-lag.js';

/** Time goes on while nobody is woken. */
class BlockedClock extends FakeClock {
  blockedMs = 0;

  override monotonic(): number {
    return super.monotonic() + this.blockedMs;
  }
}

let clock: BlockedClock;
let log: RecordedLog;
let ran: string[];
let lag: LoopLag;

beforeEach(() => {
  clock = new BlockedClock();
  log = recordedLog();
  ran = [];
  lag = new LoopLag(clock, log, () => ran);
  lag.start();
});

describe('a blocked event loop', () => {
  it('is told with the tasks that ran meanwhile', async () => {
    ran = ['render', 'sum'];
    await clock.advance(700);
    clock.blockedMs += 3_200;
    await clock.advance(500);
    expect(log.lines).toEqual([
      expect.stringMatching(
        /^warn: The event loop was blocked for 3\.2 s while these ran: render, sum\. Move what/,
      ),
    ]);
  });

  it('is told as something else when no task ran', async () => {
    clock.blockedMs += 1_000;
    await clock.advance(500);
    expect(log.lines).toEqual([expect.stringContaining('1.0 s while no task ran')]);
  });

  it('is not told for less than a second', async () => {
    for (let n = 0; n < 20; n++) {
      clock.blockedMs += 999;
      await clock.advance(500);
    }
    expect(log.lines).toEqual([]);
  });

  it('is watched no longer once it is stopped, and again once it is started', async () => {
    lag.stop();
    clock.blockedMs += 5_000;
    await clock.advance(5_000);
    expect([log.lines, clock.sleeping]).toEqual([[], 0]);
    lag.start();
    clock.blockedMs += 5_000;
    await clock.advance(500);
    expect(log.lines).toHaveLength(1);
  });
});
