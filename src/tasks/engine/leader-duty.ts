import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import type { Elector } from './elector.js';
import { Loop } from './loop.js';

/** What a duty asks of the election: the token while this node leads, and to look whether it still does. */
export type Lead = Pick<Elector, 'token' | 'wake'>;

/**
 * What the leader alone does, in a loop of its own that sleeps while this node does not lead. It is woken
 * when that changes.
 */
export abstract class LeaderDuty {
  private readonly loop: Loop;
  private term: number | null = null;

  /** @param name in messages about its failures */
  constructor(
    name: string,
    protected readonly lead: Lead,
    protected readonly clock: Clock,
    protected readonly log: Log,
  ) {
    this.loop = new Loop(name, clock, log, () => this.turn());
  }

  start(): void {
    this.loop.start();
  }

  /** There may be something to do, or this node has begun or ceased to lead. */
  wake(): void {
    this.loop.wake();
  }

  /** Resolves when the turn in flight has ended. */
  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** What was known in another term counts for nothing. */
  protected begin(): void {}

  /** @returns in how many milliseconds it wants to be called again */
  protected abstract work(fencingToken: number): Promise<number>;

  private async turn(): Promise<number | null> {
    const { token } = this.lead;
    if (token !== this.term) this.begin();
    this.term = token;
    return token === null ? null : this.work(token);
  }
}
