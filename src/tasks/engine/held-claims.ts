import type { Claim } from '../store/run-queue.js';

/** The claims that this node holds: taken, and their outcome not yet in the ledger. */
export class HeldClaims {
  private readonly claims = new Map<string, Claim>();
  private readonly ended = new Set<string>();
  private readonly cancelled = new Set<string>();
  private readonly lost = new Set<string>();
  /** The ledger has claims in this node's name that it does not hold, or seems to. */
  strangers = false;

  add(claim: Claim): void {
    this.claims.set(key(claim), claim);
  }

  /** The handler has returned; only the outcome is still to be written. */
  end(claim: Claim): void {
    this.ended.add(key(claim));
  }

  remove(claim: Claim): void {
    this.claims.delete(key(claim));
    this.ended.delete(key(claim));
    this.cancelled.delete(key(claim));
    this.lost.delete(key(claim));
  }

  /** Somebody wants it to end. False: its handler has been told already. */
  cancel(claim: Claim): boolean {
    if (this.cancelled.has(key(claim))) return false;
    this.cancelled.add(key(claim));
    return true;
  }

  /** It is not this node's any more. False: its handler has been told already. */
  lose(claim: Claim): boolean {
    if (this.lost.has(key(claim))) return false;
    this.lost.add(key(claim));
    return true;
  }

  has(claim: Claim): boolean {
    return this.claims.has(key(claim));
  }

  /** Claims whose handlers are at work. */
  working(): readonly Claim[] {
    return [...this.claims.values()].filter((claim) => !this.ended.has(key(claim)));
  }

  isWorking(claim: Claim): boolean {
    return this.has(claim) && !this.ended.has(key(claim));
  }
}

const key = ({ runId, attempt }: Claim) => `${runId}/${attempt}`;
