import { Ability } from '../domain/ability.js';
import type { Clock } from '../domain/clock.js';
import type { FireLedger } from '../store/fire-ledger.js';
import type { Fitness } from './elector.js';

/**
 * Whether this node can lead: it can load and fire, which must not have failed for longer than a lease, and
 * its own signs of life get through.
 */
export class LeaderFitness implements Fitness {
  /** Of the planner's loads and fires. */
  readonly firing: Ability;
  /** Of the heartbeats. */
  private readonly beating: Ability;

  constructor(
    private readonly fires: FireLedger,
    { leaseMs, deadAfterMs }: { readonly leaseMs: number; readonly deadAfterMs: number },
    private readonly clock: Clock,
  ) {
    this.firing = new Ability(leaseMs);
    this.beating = new Ability(Math.max(leaseMs, deadAfterMs));
  }

  /** @param failed why a heartbeat did not get through; null: it did */
  heartbeat(failed: string | null): void {
    if (failed === null) return this.beating.works();
    this.beating.tries(this.clock.monotonic());
    this.beating.fails(failed);
  }

  unfit(): string | null {
    const now = this.clock.monotonic();
    const beat = this.beating.unable(now);
    return this.firing.unable(now) ?? (beat && `its signs of life do not get through: ${beat}`);
  }

  leftMs(): number {
    const now = this.clock.monotonic();
    return Math.max(1, Math.min(this.firing.leftMs(now), this.beating.leftMs(now)));
  }

  async prove(): Promise<void> {
    const now = this.clock.monotonic();
    if (this.beating.unable(now) !== null) throw new Error('its signs of life do not get through');
    if (this.firing.leftMs(now) === Infinity) return;
    await this.firing.follow(now, this.fires.due(0, 1));
  }
}
