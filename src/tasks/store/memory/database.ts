import type { Clock } from '../../domain/clock.js';
import { OLD_SIGN } from '../../domain/silence.js';
import type { WakeUp } from '../wake-ups.js';
import { MemoryAlarms } from './alarms/alarms.js';
import { MemoryAudit } from './cluster/audit.js';
import { MemoryAnswers } from './jobs/answers.js';
import type { JobRow, LockRow, NodeRow, PauseRow, RunRow, TermRow } from './rows.js';
import { MemoryRuns } from './runs/run-rows.js';

export interface MemoryDatabaseOptions {
  /** When a silent node counts as dead, in milliseconds. Default: 10 s. */
  readonly deadAfterMs: number;
  /** For how long a lease is granted, in milliseconds. Default: 5 s. */
  readonly leaseMs: number;
  /** For how many days finished runs are kept. Default: 30. */
  readonly retentionDays: number;
  /** How many runs are kept, and as many rows of the audit and keys of requests. Default: all. */
  readonly kept: number;
  /** Whether a run that is not over is in the way of others. Default: each is. */
  readonly isInTheWay: (run: RunRow) => boolean;
}

const DEFAULTS: MemoryDatabaseOptions = {
  leaseMs: 5_000,
  deadAfterMs: 10_000,
  retentionDays: 30,
  kept: Infinity,
  isInTheWay: () => true,
};

/**
 * What PostgreSQL holds, in memory, for one cluster of nodes in this process. The functions beside this
 * file read and write it with the meaning of the real statements, each in one go, as a statement or a
 * transaction is. None of them waits for anything: the ports only make promises of what they return.
 *
 * `clock` is the database's own. The nodes may have others, which are fast, slow or wrong.
 */
export class MemoryDatabase {
  readonly options: MemoryDatabaseOptions;
  readonly jobs = new Map<string, JobRow>();
  /** Jobs that were removed, oldest first. */
  readonly removed: { readonly jobId: string; readonly at: Date }[] = [];
  readonly runs: MemoryRuns;
  readonly audit: MemoryAudit;
  readonly answers: MemoryAnswers;
  readonly nodes = new Map<string, NodeRow>();
  /** Terms of leaders, oldest first. */
  readonly terms: TermRow[] = [];
  /** Pauses of the cluster, oldest first. */
  readonly pauses: PauseRow[] = [];
  readonly alarms = new MemoryAlarms();
  /** Sessions of browsers that were ended, with when they would have ended. */
  readonly endedSessions = new Map<string, Date>();
  /** Which session holds the advisory lock of a token. */
  readonly hints = new Map<number, MemorySession>();
  lock: LockRow = {
    fencingToken: 0,
    nodeId: null,
    acquiredAt: null,
    expiresAt: -Infinity,
    leaseMs: 0,
    hinted: false,
    paused: false,
    pauseReason: null,
    pauses: 0,
    generation: 0,
    generationAt: null,
  };
  /** What follows at once from each change that somebody asks for. */
  afterChange: () => void = () => undefined;
  private backfills = 0;
  private readonly listeners = new Set<(wakeUp: WakeUp) => void>();

  constructor(
    readonly clock: Clock,
    options: Partial<MemoryDatabaseOptions> = {},
  ) {
    this.options = { ...DEFAULTS, ...options };
    const { kept } = this.options;
    this.runs = new MemoryRuns(kept);
    this.audit = new MemoryAudit(() => this.now(), kept);
    this.answers = new MemoryAnswers(kept);
  }

  /** Makes a change as a whole; its author has the answer once what follows from it is done. */
  inOneGo<T>(change: () => T): T {
    const answer = change();
    this.afterChange();
    return answer;
  }

  nextBackfillId(): string {
    return `00000000-0000-4000-9000-${String(++this.backfills).padStart(12, '0')}`;
  }

  now(): Date {
    return this.clock.now();
  }

  isAlive(node: NodeRow): boolean {
    const silentMs = this.now().getTime() - node.heartbeatAt.getTime();
    return node.stoppedAt === null && silentMs < this.options.deadAfterMs;
  }

  /** For so much longer than makes it dead, in ms. */
  isSilentFor(node: NodeRow, ms: number): boolean {
    const silentMs = this.now().getTime() - node.heartbeatAt.getTime();
    return silentMs > this.options.deadAfterMs + ms;
  }

  /** A claim or an outcome of a node that counts as alive, which is a sign of life. */
  heardOf(nodeId: string): void {
    const node = this.nodes.get(nodeId);
    if (node === undefined || !this.isAlive(node)) return;
    const at = this.now();
    const silentMs = at.getTime() - node.heartbeatAt.getTime();
    if (silentMs > this.options.deadAfterMs * OLD_SIGN)
      this.nodes.set(nodeId, { ...node, heartbeatAt: at });
  }

  /** Wakes every listener, after what goes on has been done. */
  notify(wakeUp: WakeUp): void {
    for (const heard of this.listeners) {
      queueMicrotask(() => this.listeners.has(heard) && heard(wakeUp));
    }
  }

  /** @returns what ends it */
  listen(heard: (wakeUp: WakeUp) => void): () => void {
    this.listeners.add(heard);
    return () => this.listeners.delete(heard);
  }
}

/** A connection that keeps what belongs to a session: advisory locks. */
export class MemorySession {
  readonly ended: Promise<void>;
  private resolve!: () => void;

  constructor(private readonly database: MemoryDatabase) {
    this.ended = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  /** False: another session holds it. */
  tryLock(fencingToken: number): boolean {
    const holder = this.database.hints.get(fencingToken);
    if (holder === undefined) this.database.hints.set(fencingToken, this);
    return holder === undefined || holder === this;
  }

  holds(fencingToken: number): boolean {
    return this.database.hints.get(fencingToken) === this;
  }

  end(): void {
    for (const [token, holder] of this.database.hints) {
      if (holder === this) this.database.hints.delete(token);
    }
    this.resolve();
  }
}
