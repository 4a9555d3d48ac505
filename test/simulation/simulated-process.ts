import type { Timeline } from './timeline.js';

/** What can reach a process from outside: one of its timers, or something from the network. */
export type Cause = 'timer' | 'message';

/**
 * A process as its machine treats it. Everything that makes it go on passes here, so it can be
 * frozen, with its clocks running, and killed.
 */
export class SimulatedProcess {
  state: 'running' | 'frozen' | 'dead' = 'running';
  /** How long the machine has slept in all, in milliseconds. */
  sleptMs = 0;
  private sleepsSince: number | null = null;
  private waiting: { readonly cause: Cause; readonly action: () => void }[] = [];

  constructor(private readonly timeline: Timeline) {}

  pass(cause: Cause, action: () => void): void {
    if (this.state === 'running') action();
    else if (this.state === 'frozen') this.waiting.push({ cause, action });
  }

  freeze(): void {
    if (this.state === 'running') this.state = 'frozen';
  }

  /** With the whole machine: its monotonic clock stands still meanwhile. */
  suspend(): void {
    this.freeze();
    this.sleepsSince ??= this.timeline.now;
  }

  /** @param timersFirst an event loop may look at its timers before it looks at its sockets */
  thaw(timersFirst: boolean): void {
    if (this.state !== 'frozen') return;
    this.state = 'running';
    if (this.sleepsSince !== null) this.sleptMs += this.timeline.now - this.sleepsSince;
    this.sleepsSince = null;
    const timers = this.waiting.filter(({ cause }) => cause === 'timer');
    const messages = this.waiting.filter(({ cause }) => cause === 'message');
    const order = timersFirst ? [...timers, ...messages] : this.waiting;
    this.waiting = [];
    for (const { cause, action } of order) this.timeline.after(0, () => this.pass(cause, action));
  }

  kill(): void {
    this.state = 'dead';
    this.waiting = [];
  }
}
