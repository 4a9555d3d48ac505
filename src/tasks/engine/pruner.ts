import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import { KEPT, type History, type Kept } from '../store/history.js';
import { LeaderDuty, type Lead } from './leader-duty.js';

/** How often it looks when there was nothing left to delete. */
const EVERY_MS = 60_000;

/** After a slice it rests for so many times as long as that took, within bounds in milliseconds. */
const REST = { times: 2, least: 20, most: 2_000 };

/**
 * Leader only: deletes what is older than the retention, slice by slice.
 *
 * It waits for nobody and nobody waits for it: it has a loop of its own, so a backlog of millions delays
 * neither a fire nor the settling of a dead node's runs; each slice is one short statement that locks
 * only what it deletes; and it rests for longer than it works, the longer the busier the database is.
 * When the node stops it ends after the slice in flight.
 */
export class Pruner extends LeaderDuty {
  private rest: readonly Kept[] = [];
  private from: Date | null = null;

  constructor(
    private readonly history: History,
    lead: Lead,
    clock: Clock,
    log: Log,
  ) {
    super('pruner', lead, clock, log);
  }

  protected async work(): Promise<number> {
    if (this.rest.length === 0) this.rest = KEPT;
    const began = this.clock.monotonic();
    const [what] = this.rest;
    const { more, upTo } = await this.history.prune(what!, this.from);
    this.from = more ? (upTo ?? this.from) : null;
    if (!more) this.rest = this.rest.slice(1);
    if (this.rest.length === 0) return EVERY_MS;
    const tookMs = this.clock.monotonic() - began;
    return Math.min(REST.most, Math.max(REST.least, REST.times * tookMs));
  }
}
