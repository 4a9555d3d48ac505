import type { Clock } from '../domain/clock.js';
import {
  followerStep,
  grantedLease,
  isTrusted,
  type Instant,
  type Lease,
  type LeaseTimings,
} from '../domain/lease.js';
import type { Log } from '../domain/log.js';
import type { Acquired, LeaderLock } from '../store/leader-lock.js';
import { Loop } from './loop.js';

/** A renewal that got no answer is tried again so soon, while the lease is still trusted. */
const RENEW_AGAIN_MS = 100;

/** Whether this node can do a leader's work. */
export interface Fitness {
  /** Why it cannot, and has not for too long; null: it can. */
  unfit(): string | null;
  /** How long it may still fail, in ms; Infinity: it does not. */
  leftMs(): number;
  /** Resolves once it has shown that it can again; at once where nothing speaks against it. */
  prove(): Promise<unknown>;
}

/**
 * Keeps asking for the leader lock, and knows whether this node leads.
 *
 *             free · expired · the holder's session ended
 *  follower ──────────────────────────────────────────────▶ leader ──┐ renew
 *      ▲  └─ reads the row, waits for the session to end       │ ▲────┘
 *      └───────────────────────────────────────────────────────┘
 *        touched no row · trust ran out · suspended · resigned
 *
 * What can go wrong, and why it does not matter:
 *
 * - The process freezes and wakes up believing to lead. Its trust has run out by the clock, or, if
 *   the clock stood still too, its token has been replaced, and its writes touch nothing.
 * - The answer of a takeover or a renewal is lost. An unknown outcome counts as no: a follower stays
 *   one, a leader goes on only for as long as its last known lease is trusted.
 * - The hint lies, because the holder lost its session and lives. The takeover is early, and harmless
 *   for the same reason.
 *
 * - It renews, but cannot fire: its statements fail, hang, or go another way that is cut. The lease is renewed
 *   on the way that fires take, and a leader that has not been able to load or fire for a lease gives the
 *   lock back. It lets others come first for two leases, and shows that it can load before it stands again.
 *
 * See `domain/lease.ts` for the rules and `store/postgres/lock/take-over.ts` for the lock.
 */
export class Elector {
  private lease: Lease | null = null;
  private acquired: Acquired | null = null;
  /** On the monotonic clock. */
  private standsAgainAt = -Infinity;
  private readonly loop: Loop;

  constructor(
    private readonly lock: LeaderLock,
    private readonly clock: Clock,
    private readonly timings: LeaseTimings,
    private readonly log: Log,
    private readonly changed: (leads: boolean) => void,
    private readonly fitness: Fitness,
  ) {
    this.loop = new Loop('election', clock, log, () => this.turn());
  }

  start(): void {
    this.loop.start();
  }

  /** Something has happened to the lock: look at it now. */
  wake(): void {
    this.loop.wake();
  }

  /** The token to write with; null: this node does not lead, or does not trust that it does. */
  get token(): number | null {
    return this.lease && isTrusted(this.lease, this.instant()) ? this.lease.fencingToken : null;
  }

  /** Stops asking, and gives the lock back. */
  async stop(): Promise<void> {
    const stopped = this.loop.stop();
    // A follower's wait for the leader's session ends with its own.
    if (this.acquired === null) await this.lock.reset();
    await stopped;
    const held = this.acquired;
    this.stepDown('resigned');
    if (held === null) return;
    try {
      await this.lock.resign(held.fencingToken);
    } catch {
      this.log.warn(
        'Could not release the leader lock: another node becomes leader when the lease expires.',
        { event: 'leader.not-released' },
      );
    }
  }

  private turn(): Promise<number> {
    return this.lease && this.acquired ? this.lead(this.lease, this.acquired) : this.follow();
  }

  private async follow(): Promise<number> {
    const row = await this.lock.read();
    const step = followerStep(row, this.lock.canWatch);
    if (step.do === 'sleep') return step.ms;
    const waitMs = this.standsAgainAt - this.clock.monotonic();
    if (waitMs > 0) return Math.min(waitMs, this.timings.renewMs);
    await this.fitness.prove();
    if (step.do === 'take-over') return this.takeOver(row.fencingToken, false);
    const ended = await this.lock.watch(row.fencingToken, step.atMostMs);
    return ended ? this.takeOver(row.fencingToken, true) : 0;
  }

  private async takeOver(observed: number, sessionGone: boolean): Promise<number> {
    const askedAt = this.instant();
    const acquired = await this.lock.takeOver(observed, sessionGone);
    if (acquired === null) return 0;
    this.acquired = acquired;
    this.lease = grantedLease(acquired.fencingToken, askedAt, this.timings);
    const { fencingToken } = acquired;
    this.log.log(`This node became leader (fencing token ${fencingToken}).`, {
      event: 'leader.acquired',
      fencingToken,
    });
    this.changed(true);
    // The first renewal, at once, tells the followers of the hint.
    return 0;
  }

  private async lead(lease: Lease, acquired: Acquired): Promise<number> {
    if (!isTrusted(lease, this.instant())) return this.lose('its lease ran out');
    const unfit = this.fitness.unfit();
    if (unfit !== null) return this.yield(acquired, unfit);
    const askedAt = this.instant();
    let renewed: boolean;
    try {
      renewed = await this.lock.renew(acquired);
    } catch {
      return RENEW_AGAIN_MS;
    }
    if (!renewed) return this.lose('another node took the lock');
    const trusted = isTrusted(lease, this.instant());
    this.lease = grantedLease(acquired.fencingToken, askedAt, this.timings);
    // Trust ran out before the answer came, and whoever looked meanwhile has gone to sleep.
    if (!trusted) this.changed(true);
    return Math.min(this.timings.renewMs, this.fitness.leftMs());
  }

  /** Gives the lock back to somebody who can do more with it. */
  private async yield({ fencingToken }: Acquired, unfit: string): Promise<number> {
    this.standsAgainAt = this.clock.monotonic() + 2 * this.timings.leaseMs;
    this.stepDown(`it cannot fire: ${unfit}`);
    // Where this fails the lease ends by itself.
    await this.lock.resign(fencingToken).catch(() => undefined);
    await this.lock.reset();
    return 0;
  }

  private async lose(why: string): Promise<number> {
    this.stepDown(why);
    await this.lock.reset();
    return 0;
  }

  private stepDown(why: string): void {
    if (this.lease === null) return;
    this.lease = null;
    this.acquired = null;
    this.log.log(`This node lost leadership: ${why}.`, { event: 'leader.lost', reason: why });
    this.changed(false);
  }

  private instant(): Instant {
    return { monotonic: this.clock.monotonic(), wall: this.clock.now().getTime() };
  }
}
