/**
 * The lease: who may lead, and until when.
 *
 *             takeover wrote the row
 *  follower ────────────────────────▶ leader ──┐ renewed: trusted anew
 *      ▲                                │ ▲────┘
 *      └────────────────────────────────┘
 *        trust ran out · a renewal touched no row · the machine was suspended · resigned
 *
 * Pure: it reads no clock and no database. The elector feeds it what the leader lock answered and
 * when it was asked.
 *
 * Why a leader may believe itself. The database grants a lease after it was asked, so counted from
 * the asking, the lease has not ended before `askedAt + lease`. The margin takes up a clock that
 * runs up to a tenth too slow. A monotonic clock stands still while a machine is suspended, so the
 * wall clock is compared with it: when it has run ahead, the machine slept and the lease is gone.
 *
 * Why it does not matter when it is wrong. Every write of a leader names its fencing token, and the
 * statement that takes over changes the token. Trust only saves the work of finding out.
 */
export interface LeaseTimings {
  /** How long the database grants. */
  readonly leaseMs: number;
  /** How often the holder asks again. */
  readonly renewMs: number;
  /** How much earlier than the database's own expiry the holder stops trusting. */
  readonly marginMs: number;
}

/** A lease of 5 s is renewed after 1.5 s and trusted for 4.5 s. */
export function leaseTimings(leaseMs: number): LeaseTimings {
  return { leaseMs, renewMs: leaseMs * 0.3, marginMs: leaseMs * 0.1 };
}

/** One instant on both clocks of a node. */
export interface Instant {
  readonly monotonic: number;
  readonly wall: number;
}

export interface Lease {
  /** Grows each time the lock changes hands. A write that names a smaller one touches nothing. */
  readonly fencingToken: number;
  readonly askedAt: Instant;
  /** On the monotonic clock. */
  readonly trustedUntil: number;
}

export function grantedLease(fencingToken: number, askedAt: Instant, timings: LeaseTimings): Lease {
  return {
    fencingToken,
    askedAt,
    trustedUntil: askedAt.monotonic + timings.leaseMs - timings.marginMs,
  };
}

/** How far the wall clock may run ahead of the monotonic one before it means a suspend. */
const SUSPEND_MS = 1_000;

export function isTrusted(lease: Lease, now: Instant): boolean {
  const slept =
    now.wall - lease.askedAt.wall - (now.monotonic - lease.askedAt.monotonic) > SUSPEND_MS;
  return now.monotonic < lease.trustedUntil && !slept;
}

/** The leader lock's row as a follower reads it. */
export interface LockRow {
  readonly fencingToken: number;
  /** False while nobody holds the lock or its lease has expired. */
  readonly held: boolean;
  /** How long the lease still lasts by the database's clock. */
  readonly remainingMs: number;
  /** The holder also holds the advisory lock of its token, so its death can be waited for. */
  readonly hinted: boolean;
}

export type FollowerStep =
  | { readonly do: 'take-over' }
  /** Wait until the holder's database session ends, at most so long. */
  | { readonly do: 'watch'; readonly atMostMs: number }
  | { readonly do: 'sleep'; readonly ms: number };

/** How long a follower sleeps at most before it looks again, and waits for the end of a session: a statement has 5 s. */
const SLEEP_MS = 2_500;
const WATCH_MS = 4_000;

/** What a follower does next. */
export function followerStep(row: LockRow, canWatch: boolean): FollowerStep {
  if (!row.held) return { do: 'take-over' };
  const leftMs = Math.max(1, Math.ceil(row.remainingMs));
  return row.hinted && canWatch
    ? { do: 'watch', atMostMs: Math.min(WATCH_MS, leftMs) }
    : { do: 'sleep', ms: Math.min(SLEEP_MS, leftMs) };
}
