import { Clock } from '../domain/clock.js';

/** Node clamps longer timers to one millisecond. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Real time. The only place that reads it. */
export class SystemClock extends Clock {
  /**
   * @param waitOut waits for less than a millisecond, precisely, and nothing else happens meanwhile. Default: there is
   *   none, and a sleep is up to a millisecond too long, as timers know whole ones only
   */
  constructor(private readonly waitOut?: (ms: number) => void) {
    super();
  }

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
      const { waitOut } = this;
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
        if (rest < 1 && waitOut) {
          waitOut(rest);
          return arm();
        }
        const whole = waitOut ? Math.floor(rest) : Math.ceil(rest);
        timer = setTimeout(arm, Math.min(whole, MAX_TIMER_MS));
      };
      signal?.addEventListener('abort', done);
      arm();
    });
  }
}
