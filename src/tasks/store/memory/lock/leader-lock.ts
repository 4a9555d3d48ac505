import type { LockRow as SeenLock } from '../../../domain/lease.js';
import { LeaderLock, type Acquired } from '../../leader-lock.js';
import { MemorySession, type MemoryDatabase } from '../database.js';

/** The leader lock of one node, with a session of its own. */
export class MemoryLeaderLock extends LeaderLock {
  private session: MemorySession | null = null;
  private closed = false;

  constructor(
    private readonly database: MemoryDatabase,
    private readonly nodeId: string,
    readonly canWatch: boolean,
  ) {
    super();
  }

  async read(): Promise<SeenLock> {
    this.open();
    const { fencingToken, nodeId, expiresAt, hinted } = this.database.lock;
    return {
      fencingToken,
      held: nodeId !== null && !this.isOver(),
      remainingMs: Math.max(0, expiresAt - this.time()),
      hinted,
    };
  }

  async watch(fencingToken: number, atMostMs: number): Promise<boolean> {
    const session = this.open();
    const holder = this.database.hints.get(fencingToken);
    if (holder === undefined || holder === session) return true;
    const enough = new AbortController();
    const ended = await Promise.race([
      holder.ended.then(() => true),
      this.database.clock.sleep(atMostMs, enough.signal).then(() => false),
      session.ended.then(() => {
        throw new Error('the connection ended');
      }),
    ]).finally(() => enough.abort());
    return ended;
  }

  async takeOver(observed: number, sessionGone: boolean): Promise<Acquired | null> {
    const session = this.open();
    const { lock, options, terms } = this.database;
    const free = (lock.hinted && sessionGone) || lock.nodeId === null || this.isOver();
    if (lock.fencingToken !== observed || !free) return null;
    const fencingToken = observed + 1;
    const acquiredAt = this.database.now();
    const { nodeId } = this;
    const { leaseMs } = options;
    const expiresAt = this.time() + leaseMs;
    this.database.lock = {
      ...lock,
      fencingToken,
      nodeId,
      acquiredAt,
      expiresAt,
      leaseMs,
      hinted: false,
    };
    const how = sessionGone ? 'session ended' : 'free or expired';
    terms.push({ fencingToken, nodeId, acquiredAt, how });
    return { fencingToken, hinted: this.canWatch && session.tryLock(fencingToken) };
  }

  async renew({ fencingToken, hinted }: Acquired): Promise<boolean> {
    const session = this.open();
    const { lock, options } = this.database;
    if (!this.isMine(fencingToken)) return false;
    this.database.lock = {
      ...lock,
      expiresAt: this.time() + options.leaseMs,
      leaseMs: options.leaseMs,
      // A session that was replaced holds nothing, whatever its node believes.
      hinted: hinted && session.holds(fencingToken),
    };
    return true;
  }

  async resign(fencingToken: number): Promise<boolean> {
    this.open();
    const mine = this.isMine(fencingToken);
    if (mine) {
      this.database.lock = {
        ...this.database.lock,
        fencingToken: fencingToken + 1,
        nodeId: null,
        expiresAt: -Infinity,
        hinted: false,
      };
      this.database.notify('leader');
    }
    await this.reset();
    return mine;
  }

  async reset(): Promise<void> {
    this.session?.end();
    this.session = null;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.reset();
  }

  private open(): MemorySession {
    if (this.closed) throw new Error('the session is closed');
    return (this.session ??= new MemorySession(this.database));
  }

  private isMine(fencingToken: number): boolean {
    const { lock } = this.database;
    return lock.fencingToken === fencingToken && lock.nodeId === this.nodeId;
  }

  /** Expired, or granted for longer than any lease: then the database's clock was set back. */
  private isOver(): boolean {
    const { expiresAt, leaseMs } = this.database.lock;
    const remaining = expiresAt - this.time();
    return remaining <= 0 || remaining > 2 * leaseMs;
  }

  private time(): number {
    return this.database.now().getTime();
  }
}
