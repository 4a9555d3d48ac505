import { Clock } from '../../src/tasks/domain/clock.js';
import type { SimulatedProcess } from './simulated-process.js';
import type { Timeline } from './timeline.js';

/** When the simulated world begins. */
export const EPOCH = Date.parse('2026-03-02T12:00:00.000Z');

/** The database's clock: what happens when, without error. */
export class TrueClock extends Clock {
  constructor(private readonly timeline: Timeline) {
    super();
  }

  now(): Date {
    return new Date(EPOCH + Math.floor(this.timeline.now));
  }

  monotonic(): number {
    return this.timeline.now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        takeBack();
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const takeBack = this.timeline.after(ms, done);
      signal?.addEventListener('abort', done);
    });
  }
}

/** The clocks of one node: they run too fast or too slow, and the wall clock may be hours off. */
export class SimulatedClock extends Clock {
  private readonly bornAt: number;

  constructor(
    private readonly timeline: Timeline,
    private readonly process: SimulatedProcess,
    private readonly rate: number,
    /** How far the wall clock is off. */
    public skewMs: number,
  ) {
    super();
    this.bornAt = timeline.now;
  }

  now(): Date {
    return new Date(Math.floor(EPOCH + this.bornAt + this.elapsed() + this.skewMs));
  }

  monotonic(): number {
    return this.elapsed() - this.process.sleptMs * this.rate;
  }

  /** As the real one: in whole milliseconds, and set again for the rest when it rings early. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const until = this.monotonic() + ms;
      let takeBack: () => void = () => undefined;
      const done = () => {
        takeBack();
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const arm = () => {
        const rest = until - this.monotonic();
        if (rest <= 0) return done();
        const wait = Math.ceil(rest) / this.rate;
        takeBack = this.timeline.after(wait, () => this.process.pass('timer', arm));
      };
      signal?.addEventListener('abort', done);
      if (ms === Infinity) return;
      arm();
    });
  }

  private elapsed(): number {
    return (this.timeline.now - this.bornAt) * this.rate;
  }
}
