import type { LockRow } from '../domain/lease.js';

export interface Acquired {
  readonly fencingToken: number;
  /** This session also holds the advisory lock of the token. */
  readonly hinted: boolean;
}

/** The one row that nodes contend for, and the session hint that shortens the wait. */
export abstract class LeaderLock {
  /** Whether a holder's death can be waited for; false behind a transaction pooler. */
  abstract readonly canWatch: boolean;

  abstract read(): Promise<LockRow>;

  /** Waits until the session that holds the token's hint has ended. True: it has. */
  abstract watch(fencingToken: number, atMostMs: number): Promise<boolean>;

  /**
   * Takes the lock if its token is still `observed` and it is free, expired, or its holder's
   * session is known to be gone. Null: somebody else did, or its holder renewed.
   */
  abstract takeOver(observed: number, sessionGone: boolean): Promise<Acquired | null>;

  /** False: the lock is no longer this node's. */
  abstract renew(acquired: Acquired): Promise<boolean>;

  /** Gives the lock back and grows the token, so that late writes of this node touch nothing. */
  abstract resign(fencingToken: number): Promise<boolean>;

  /** Drops the session and with it every hint; the next call opens a new one. */
  abstract reset(): Promise<void>;

  abstract close(): Promise<void>;
}
