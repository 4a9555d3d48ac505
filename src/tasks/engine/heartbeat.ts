import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import type { Heartbeat, NodeRoster, RunningClaim } from '../store/node-roster.js';
import type { Claim } from '../store/run-queue.js';
import type { DatabaseClock } from './database-clock.js';
import type { HeldClaims } from './held-claims.js';
import { Loop } from './loop.js';

/** Who wants to know what the ledger answers. */
export interface HeartbeatListener {
  /** The run of a handler is not this node's any more. Told once for each claim. */
  lost(claim: Claim): void;
  /** Somebody wants a run to end. Told once for each claim. */
  cancelled(claim: Claim, why: string): void;
  /** Told with each beat why the database does not answer; null: it does. */
  reached(unreachable: string | null): void;
  /** Told with each answer. */
  answered(heartbeat: Heartbeat | null): void;
}

/**
 * One sign of life for the node and all its runs. The answer says what the ledger believes to be
 * running here: a handler whose run is not among it has been given up, and learns so; one whose run
 * somebody has cancelled learns that.
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
    private readonly listener: HeartbeatListener,
  ) {
    this.loop = new Loop('heartbeat', clock, log, () => this.turn());
  }

  start(): void {
    this.loop.start();
  }

  /** The ledger may have something to say to this node. */
  wake(): void {
    this.loop.wake();
  }

  /** Why no sign of life has got through for longer than `ms`; null: one has. */
  failingFor(ms: number): string | null {
    return this.loop.failingFor(ms);
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  private async turn(): Promise<number> {
    const askedAt = this.clock.monotonic();
    const working = this.held.working();
    const heartbeat = await this.roster.beat().catch((error: unknown) => {
      this.listener.answered(null);
      this.listener.reached(error instanceof Error ? error.message : String(error));
      throw error;
    });
    this.listener.reached(null);
    this.databaseClock.observe(askedAt, heartbeat.atMs ?? heartbeat.at.getTime());
    this.tellLost(working, heartbeat.running);
    this.tellCancelled(heartbeat.running);
    this.listener.answered(heartbeat);
    return Math.max(0, this.everyMs - (this.clock.monotonic() - askedAt));
  }

  private tellLost(working: readonly Claim[], running: readonly Claim[]): void {
    // A claim that reached the database long after it had been given up as lost.
    if (running.some((claim) => !this.held.has(claim))) this.held.strangers = true;
    const known = new Set(running.map(({ runId, attempt }) => `${runId}/${attempt}`));
    for (const claim of working) {
      // What ended meanwhile is gone from the ledger because this node said so.
      const gone = !known.has(`${claim.runId}/${claim.attempt}`);
      if (gone && this.held.isWorking(claim) && this.held.lose(claim)) this.listener.lost(claim);
    }
  }

  private tellCancelled(running: readonly RunningClaim[]): void {
    for (const { runId, attempt, cancel } of running) {
      const claim = { runId, attempt };
      // A claim whose answer is still to come is told of with the next beat.
      if (cancel === null || !this.held.isWorking(claim)) continue;
      if (this.held.cancel(claim)) this.listener.cancelled(claim, cancel);
    }
  }
}
