import { Clock } from '../domain/clock.js';

/** Node clamps longer timers to one millisecond. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Real time. The only place that reads it. */
export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }

  monotonic(): number {
    return performance.now();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const until = this.monotonic() + ms;
      let timer: NodeJS.Timeout;
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      // A timer may ring a little early, and a long sleep is cut: it is set again for the rest.
      const arm = () => {
        const rest = until - this.monotonic();
        if (rest <= 0) return done();
        timer = setTimeout(arm, Math.min(Math.ceil(rest), MAX_TIMER_MS));
      };
      signal?.addEventListener('abort', done);
      arm();
    });
  }
}
