import { Clock } from '../domain/clock.js';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/**
 * Time that moves only when told.
 *
 * ```ts
 * const clock = new FakeClock('2026-03-02T12:00:00Z');
 * void clock.sleep(5_000).then(() => console.log('woken'));
 * await clock.advance(5_000); // woken
 * ```
 *
 * The wall clock and the monotonic one move together. `setWallClock` parts them, as when somebody
 * sets the time of a machine; `suspend` does what closing the lid of a laptop does.
 */
export class FakeClock extends Clock {
  private wall: number;
  private elapsed = 0;
  private readonly sleepers: Sleeper[] = [];

  /** @param now what the wall clock shows at first. Default: noon of 2 March 2026, a Monday, in UTC. */
  constructor(now: Date | string = '2026-03-02T12:00:00.000Z') {
    super();
    this.wall = new Date(now).getTime();
  }

  now(): Date {
    return new Date(this.wall);
  }

  monotonic(): number {
    return this.elapsed;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted || ms <= 0) return resolve();
      const sleeper: Sleeper = {
        until: this.elapsed + ms,
        wake: () => {
          this.sleepers.splice(this.sleepers.indexOf(sleeper), 1);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      signal?.addEventListener('abort', sleeper.wake);
      this.sleepers.push(sleeper);
    });
  }

  /** How many are asleep. */
  get sleeping(): number {
    return this.sleepers.length;
  }

  /**
   * Moves time on by `ms` milliseconds. Whoever sleeps is woken at its own instant, in order, and
   * gets to act on it before the next one is woken; a sleep that begins meanwhile counts too.
   */
  async advance(ms: number): Promise<void> {
    const end = this.elapsed + ms;
    await this.settle();
    for (let next = this.first(); next && next.until <= end; next = this.first()) {
      this.move(Math.max(0, next.until - this.elapsed));
      next.wake();
      await this.settle();
    }
    this.move(end - this.elapsed);
    await this.settle();
  }

  /**
   * Moves time on by `ms` milliseconds at once. Whoever would have been woken meanwhile is woken at
   * the end, and only once: a year in which nothing is due takes no time.
   */
  async jump(ms: number): Promise<void> {
    await this.settle();
    this.move(ms);
    const due = this.sleepers.filter(({ until }) => until <= this.elapsed);
    for (const { wake } of due) wake();
    await this.settle();
  }

  /** Lets everything happen that waits for no time to pass. */
  settle(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Sets the wall clock, as an operator or a time server does. Nobody is woken by it. */
  setWallClock(now: Date | string): void {
    this.wall = new Date(now).getTime();
  }

  /** The machine sleeps: the wall clock goes on, the monotonic one and all who sleep on it do not. */
  suspend(ms: number): void {
    this.wall += ms;
  }

  private first(): Sleeper | undefined {
    return this.sleepers.reduce<Sleeper | undefined>(
      (first, sleeper) => (first && first.until <= sleeper.until ? first : sleeper),
      undefined,
    );
  }

  private move(ms: number): void {
    this.elapsed += ms;
    this.wall += ms;
  }
}
