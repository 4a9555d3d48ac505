import type { Clock } from '../domain/clock.js';
import type { LeaseTimings } from '../domain/lease.js';
import type { Log } from '../domain/log.js';
import type { EngineStore } from '../store/engine-store.js';
import { FireLedger, type Fired, type Settled } from '../store/fire-ledger.js';
import { LeaderLock, type Acquired } from '../store/leader-lock.js';
import type { RunQueue } from '../store/run-queue.js';
import { Counting } from './counting.js';
import type { DatabaseClock } from './database-clock.js';

/** What the claimer asks of the queue. */
export type ClaimQueue = Pick<RunQueue, 'claim' | 'claimed' | 'giveBack'>;

/** A store's ports and a log whose use is counted. */
export function counted(
  store: EngineStore,
  given: Log,
  timings: LeaseTimings,
  clock: Clock,
  time: DatabaseClock,
) {
  const ahead = () => time.now().getTime() - clock.now().getTime();
  const counting = new Counting(ahead, store.pool);
  const lock: LeaderLock = new CountedLock(store.lock, timings, counting, clock);
  const fires: FireLedger = new CountedFires(store.fires, counting, clock);
  const claims = countedQueue(store.queue, counting, clock);
  return { counting, log: counting.following(given), lock, fires, claims };
}

/** The same queue, whose claims are timed. */
const countedQueue = (queue: RunQueue, counting: Counting, clock: Clock): ClaimQueue => ({
  claim: (...asked) => timed('claim', counting, clock, () => queue.claim(...asked)),
  claimed: () => queue.claimed(),
  giveBack: (claims) => queue.giveBack(claims),
});

/** The same ledger; what a leader writes is counted. */
class CountedFires extends FireLedger {
  constructor(
    private readonly fires: FireLedger,
    private readonly counting: Counting,
    private readonly clock: Clock,
  ) {
    super();
  }

  due(...asked: Parameters<FireLedger['due']>) {
    return this.fires.due(...asked);
  }

  atWork() {
    return this.fires.atWork();
  }

  async fire(...asked: Parameters<FireLedger['fire']>): Promise<Fired> {
    const { counting, clock } = this;
    const fired = await timed('fire', counting, clock, () => this.fires.fire(...asked));
    if (fired.led) counting.fired(asked[2], fired);
    else counting.refuse();
    return fired;
  }

  async release(token: number): Promise<number | null> {
    const released = await this.fires.release(token);
    if (released === null) this.counting.refuse();
    return released;
  }

  async settle(token: number, alive: readonly string[] = []): Promise<Settled | null> {
    const settled = await this.fires.settle(token, alive);
    if (settled === null) this.counting.refuse();
    else this.counting.settle(settled.runs);
    return settled;
  }
}

/** The same lock; how renewals end is counted, and how much was left then of the lease before. */
class CountedLock extends LeaderLock {
  /** On the monotonic clock. */
  private trustedUntil = 0;

  constructor(
    private readonly lock: LeaderLock,
    private readonly timings: LeaseTimings,
    private readonly counting: Counting,
    private readonly clock: Clock,
  ) {
    super();
  }

  get canWatch(): boolean {
    return this.lock.canWatch;
  }

  read() {
    return this.lock.read();
  }

  watch(...asked: Parameters<LeaderLock['watch']>) {
    return this.lock.watch(...asked);
  }

  resign(token: number) {
    return this.lock.resign(token);
  }

  reset() {
    return this.lock.reset();
  }

  close() {
    return this.lock.close();
  }

  async takeOver(...asked: Parameters<LeaderLock['takeOver']>): Promise<Acquired | null> {
    const askedAt = this.clock.monotonic();
    const acquired = await this.lock.takeOver(...asked);
    if (acquired) this.trust(askedAt);
    return acquired;
  }

  async renew(acquired: Acquired): Promise<boolean> {
    const askedAt = this.clock.monotonic();
    try {
      const renewed = await this.lock.renew(acquired);
      this.counting.renewed(renewed ? 'ok' : 'lost');
      this.counting.leaseLeft(this.trustedUntil - this.clock.monotonic());
      if (renewed) this.trust(askedAt);
      return renewed;
    } catch (error) {
      this.counting.renewed('error');
      throw error;
    }
  }

  private trust(askedAt: number): void {
    this.trustedUntil = askedAt + this.timings.leaseMs - this.timings.marginMs;
  }
}

async function timed<T>(
  what: 'fire' | 'claim',
  counting: Counting,
  clock: Clock,
  ask: () => Promise<T>,
): Promise<T> {
  const askedAt = clock.monotonic();
  try {
    return await ask();
  } finally {
    counting.timed(what, clock.monotonic() - askedAt);
  }
}
