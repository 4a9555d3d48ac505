import { Ability } from '../domain/ability.js';
import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';

/** After a failure: how long until the next try, doubled each time up to the longest. */
const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 2_000;

/** Where loops tell of themselves: in lines, and of each turn to who counts them. */
export interface LoopLog extends Log {
  /** @param ms how long it took */
  readonly turned?: (loop: string, ms: number, failed: boolean) => void;
}

/** Given with each wake-up: an abort without a reason makes an error with a stack, each time. */
const WOKEN = 'woken';

/**
 * A loop that never overlaps itself and never dies: a turn that fails is told once and tried again,
 * later and later. `start` and `stop` may be called twice and in any order.
 */
export class Loop {
  private running: Promise<void> | null = null;
  private sleeping = new AbortController();
  private readonly stopped = new AbortController();
  private woken = false;
  private retryMs = FIRST_RETRY_MS;
  private told = '';
  /** Of its turns: one that hangs has not done its work either. */
  private readonly ability = new Ability(0);

  /**
   * @param turn does the work and says in how many milliseconds it wants to be called again; null: it is
   *   not for this node to do now, so that it neither works nor fails
   */
  constructor(
    private readonly name: string,
    private readonly clock: Clock,
    private readonly log: LoopLog,
    private readonly turn: () => Promise<number | null>,
  ) {}

  /** Why it has not done its work for longer than `ms`; null: it has, or has none to do. */
  failingFor(ms: number): string | null {
    const reason = this.ability.unable(this.clock.monotonic(), ms);
    return reason && `the ${this.name} fails: ${reason}`;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Ends the sleep between two turns; a turn that goes on is followed by another at once. */
  wake(): void {
    this.woken = true;
    this.sleeping.abort(WOKEN);
  }

  /** Resolves when the turn that goes on has ended; there is none after it. */
  async stop(): Promise<void> {
    this.stopped.abort();
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      this.woken = false;
      const ms = await this.safeTurn();
      if (this.stopped.signal.aborted || this.woken) continue;
      this.sleeping = new AbortController();
      await this.clock.sleep(ms, this.sleeping.signal);
    }
  }

  private async safeTurn(): Promise<number> {
    const begunAt = this.clock.monotonic();
    const tell = (failed: boolean) =>
      this.log.turned?.(this.name, this.clock.monotonic() - begunAt, failed);
    try {
      const ms = await this.ability.follow(begunAt, this.turn());
      if (ms !== null) tell(false);
      this.retryMs = FIRST_RETRY_MS;
      // Only work that was done shows that it works.
      if (ms !== null && this.told)
        this.log.log(`The ${this.name} has recovered.`, {
          event: 'loop.recovered',
          loop: this.name,
        });
      this.told = '';
      return ms ?? Infinity;
    } catch (error) {
      if (this.stopped.signal.aborted) return 0;
      tell(true);
      const ms = this.retryMs;
      this.retryMs = Math.min(ms * 2, MAX_RETRY_MS);
      this.tell(error);
      // A wake-up is no reason to hurry what just failed.
      await this.clock.sleep(ms, this.stopped.signal);
      return 0;
    }
  }

  private tell(error: unknown): void {
    const reason = error instanceof Error ? error.message || error.name : String(error);
    if (reason === this.told) return;
    this.told = reason;
    this.log.warn(`The ${this.name} failed and tries again: ${reason}`, {
      event: 'loop.failed',
      loop: this.name,
      reason,
    });
  }
}
