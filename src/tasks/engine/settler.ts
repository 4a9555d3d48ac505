import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import type { FireLedger, Settled } from '../store/fire-ledger.js';
import type { Elector } from './elector.js';
import { Loop } from './loop.js';

/**
 * Leader only: ends the runs of nodes that have been silent for too long, or has them run again.
 *
 * After an outage of the database every node looks silent. A leader therefore waits for as long as
 * makes a node dead before it judges any: who is alive has been heard of by then. A lease that was
 * lost in the outage begins that time anew.
 */
export class Settler {
  private readonly loop: Loop;
  private term: number | null = null;
  private since = 0;

  constructor(
    private readonly fires: FireLedger,
    private readonly elector: Elector,
    private readonly deadAfterMs: number,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.loop = new Loop('settler', clock, log, () => this.turn());
  }

  start(): void {
    this.loop.start();
  }

  wake(): void {
    this.loop.wake();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  private async turn(): Promise<number> {
    const { token } = this.elector;
    const now = this.clock.monotonic();
    if (token !== this.term) {
      this.term = token;
      this.since = now;
    }
    if (token === null) return Infinity;
    const patience = this.since + this.deadAfterMs - now;
    if (patience > 0) return patience;
    const settled = await this.fires.settle(token);
    if (settled === null) {
      this.elector.wake();
      return this.deadAfterMs;
    }
    this.tell(settled);
    return this.deadAfterMs * 0.5;
  }

  private tell({ abandoned, rerun }: Settled): void {
    const gone = 'of nodes that have gone silent';
    if (abandoned > 0) this.log.warn(`Gave up ${abandoned} runs ${gone}.`);
    if (rerun > 0) this.log.warn(`Let ${rerun} runs ${gone} be run again.`);
  }
}
