import type { LockRow } from '../../../domain/lease.js';
import { LeaderLock, type Acquired } from '../../leader-lock.js';
import { clientConfig } from '../session/client-config.js';
import type { PostgresStoreOptions } from '../session/engine-options.js';
import type { PostgresAccess } from '../session/probe-server.js';
import { ENGINE_SETTINGS } from '../session/session-settings.js';
import { Session } from '../session/session.js';
import { readLock } from './read-lock.js';
import { renewLease } from './renew-lease.js';
import { resign } from './resign.js';
import { takeOver } from './take-over.js';
import { watchSession } from './watch-session.js';

/** Advisory keys are 32-bit; `take-over` derives them in the same way. */
const key = (fencingToken: number) => fencingToken % 2_147_483_647;

export class PostgresLeaderLock extends LeaderLock {
  readonly canWatch: boolean;
  private readonly session: Session;
  /** On the way that fires take, so that a leader which cannot fire cannot renew. */
  private readonly lease: Session;
  /** A question about the lease that is not answered by now is as good as answered with no. */
  private readonly answerMs: number;
  /** The connection that took the lock: the hint is its, and goes with it. */
  private hintedSession = 0;

  constructor(private readonly options: PostgresStoreOptions) {
    super();
    this.canWatch = options.hint && options.direct.keepsSession;
    this.answerMs = Math.min(1_000, options.leaseMs * 0.3);
    // Shorter than we wait: a takeover that nobody waits for any more must not come about.
    const waitMs = Math.max(1, Math.floor(this.answerMs * 0.8));
    const sessionTo = (access: PostgresAccess, purpose: string) =>
      new Session(
        clientConfig(options, access, purpose, { lock_timeout: waitMs }),
        access.keepsSession
          ? null
          : { ...ENGINE_SETTINGS, lock_timeout: waitMs, statement_timeout: waitMs },
      );
    const { direct, pooled } = options;
    this.session = sessionTo(direct, 'lock');
    this.lease = direct.url === pooled.url ? this.session : sessionTo(pooled, 'lease');
  }

  async read(): Promise<LockRow> {
    const { schema, shift } = this.options;
    const [row] = await this.lease.query<{
      fencing_token: string;
      held: boolean;
      remaining_ms: number;
      hinted: boolean;
    }>(readLock(schema), [shift.bound], this.answerMs);
    if (!row)
      throw new Error(`the row of ${schema.name}.leader_lock is missing: it is never deleted`);
    return {
      fencingToken: Number(row.fencing_token),
      held: row.held,
      remainingMs: row.remaining_ms,
      hinted: row.hinted,
    };
  }

  async watch(fencingToken: number, atMostMs: number): Promise<boolean> {
    const { schema } = this.options;
    const [row] = await this.session.query<{ ended: boolean }>(
      watchSession(schema),
      [schema.lockClass, key(fencingToken), Math.ceil(atMostMs)],
      atMostMs + this.answerMs,
    );
    return row?.ended ?? false;
  }

  async takeOver(observed: number, sessionGone: boolean): Promise<Acquired | null> {
    const { schema, node, leaseMs, shift } = this.options;
    const [row] = await this.session.query<{ fencing_token: string; hinted: boolean }>(
      takeOver(schema),
      [shift.bound, node.id, leaseMs, observed, sessionGone, this.canWatch, schema.lockClass],
      this.answerMs,
    );
    if (!row) return null;
    this.hintedSession = await this.session.current();
    return { fencingToken: Number(row.fencing_token), hinted: row.hinted };
  }

  async renew({ fencingToken, hinted }: Acquired): Promise<boolean> {
    const { schema, node, leaseMs, shift } = this.options;
    const holdsHint = hinted && this.session.isOpen(this.hintedSession);
    const rows = await this.lease.query(
      renewLease(schema),
      [shift.bound, node.id, leaseMs, fencingToken, holdsHint],
      this.answerMs,
    );
    return rows.length > 0;
  }

  async resign(fencingToken: number): Promise<boolean> {
    const { schema, node } = this.options;
    const rows = await this.lease.query(
      resign(schema),
      [node.id, fencingToken, schema.channel],
      this.answerMs,
    );
    await this.session.reset();
    return rows.length > 0;
  }

  reset(): Promise<void> {
    return this.session.reset();
  }

  async close(): Promise<void> {
    await Promise.all([this.session.close(), this.lease.close()]);
  }
}
