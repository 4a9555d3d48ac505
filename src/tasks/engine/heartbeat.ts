import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import type { NodeRoster } from '../store/node-roster.js';
import type { Claim } from '../store/run-queue.js';
import type { DatabaseClock } from './database-clock.js';
import type { HeldClaims } from './held-claims.js';
import { Loop } from './loop.js';

/**
 * One sign of life for the node and all its runs. The answer says what the ledger believes to be
 * running here: a handler whose run is not among it has been given up, and learns so.
 */
export class HeartbeatLoop {
  private readonly loop: Loop;

  constructor(
    private readonly roster: NodeRoster,
    private readonly held: HeldClaims,
    private readonly everyMs: number,
    private readonly clock: Clock,
    private readonly databaseClock: DatabaseClock,
    log: Log,
    private readonly lost: (claim: Claim) => void,
    /** Told with each beat why the database does not answer; null: it does. */
    private readonly reached: (unreachable: string | null) => void,
  ) {
    this.loop = new Loop('heartbeat', clock, log, () => this.turn());
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  private async turn(): Promise<number> {
    const askedAt = this.clock.monotonic();
    const working = this.held.working();
    const { at, running } = await this.roster.beat().catch((error: unknown) => {
      this.reached(error instanceof Error ? error.message : String(error));
      throw error;
    });
    this.reached(null);
    this.databaseClock.observe(askedAt, at);
    // A claim that reached the database long after it had been given up as lost.
    if (running.some((claim) => !this.held.has(claim))) this.held.strangers = true;
    const known = new Set(running.map(({ runId, attempt }) => `${runId}/${attempt}`));
    for (const claim of working) {
      // What ended meanwhile is gone from the ledger because this node said so.
      const gone = !known.has(`${claim.runId}/${claim.attempt}`);
      if (gone && this.held.isWorking(claim)) this.lost(claim);
    }
    return Math.max(0, this.everyMs - (this.clock.monotonic() - askedAt));
  }
}
