import {
  OTHER_JOBS,
  type Figures,
  type OfJob,
  type PoolUse,
  type Timed,
} from '../domain/figures.js';
import type { Log } from '../domain/log.js';
import type { Fire, Fired, SettledRun } from '../store/fire-ledger.js';
import type { LoopLog } from './loop.js';

/** What is told at once stays small, however much happens between two signs of life. */
const MOST_TIMES = 1_000;
const MOST_JOBS = 1_000;

/** Counts what an engine does, until it is taken to be told. */
export class Counting {
  private turns: Record<string, number> = {};
  private failures: Record<string, number> = {};
  private took: Record<Timed, number[]> = { tick: [], fire: [], claim: [] };
  private renewals: Record<string, number> = {};
  private refused = 0;
  private skips = new Map<string, OfJob>();
  private settled = new Map<string, OfJob>();
  private leaseLeftMs: number | null = null;

  /**
   * @param aheadMs by how much the database's clock is ahead of this node's
   * @param pool how the engine's connections are used. Default: it has none
   */
  constructor(
    private readonly aheadMs: () => number,
    private readonly pool?: () => PoolUse,
  ) {}

  /** The same log, for loops: they tell it of their turns. */
  following(log: Log): LoopLog {
    return { ...bound(log), turned: (loop, ms, failed) => this.turned(loop, ms, failed) };
  }

  timed(what: Timed, ms: number): void {
    const times = this.took[what];
    if (times.length < MOST_TIMES) times.push(ms);
  }

  renewed(result: 'ok' | 'lost' | 'error'): void {
    add(this.renewals, result);
  }

  leaseLeft(ms: number): void {
    this.leaseLeftMs = Math.min(ms, this.leaseLeftMs ?? ms);
  }

  refuse(): void {
    this.refused++;
  }

  /** Fire times that did not run, of jobs whose plan has moved past them. */
  fired(fires: readonly Fire[], { moved, skipped }: Fired): void {
    for (const { jobId, reason, count } of skipped) of(this.skips, jobId, reason, count);
    for (const { job, plan } of fires) {
      if (!moved.has(job.jobId)) continue;
      for (const { reason, count } of plan.ranges) of(this.skips, job.jobId, reason, count ?? 1);
    }
  }

  settle(runs: readonly SettledRun[]): void {
    for (const { jobId, state } of runs)
      of(this.settled, jobId, state === 'pending' ? 'requeued' : state, 1);
  }

  /** What was counted since this was asked last. */
  take(): Figures {
    const { turns, failures, took, renewals, refused, leaseLeftMs } = this;
    const skips = [...this.skips.values()];
    const settled = [...this.settled.values()];
    this.turns = {};
    this.failures = {};
    this.took = { tick: [], fire: [], claim: [] };
    this.renewals = {};
    this.refused = 0;
    this.skips.clear();
    this.settled.clear();
    this.leaseLeftMs = null;
    const pool = this.pool?.() ?? null;
    const now = { leaseLeftMs, clockAheadMs: this.aheadMs(), pool };
    return { turns, failures, took, renewals, refused, skips, settled, ...now };
  }

  private turned(loop: string, ms: number, failed: boolean): void {
    add(failed ? this.failures : this.turns, loop);
    if (loop === 'planner') this.timed('tick', ms);
  }
}

function add(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

function of(some: Map<string, OfJob>, jobId: string, kind: string, count: number): void {
  const id = some.size < MOST_JOBS || some.has(`${jobId} ${kind}`) ? jobId : OTHER_JOBS;
  const key = `${id} ${kind}`;
  some.set(key, { jobId: id, kind, count: count + (some.get(key)?.count ?? 0) });
}

/** A logger may be an object whose methods need it. */
const bound = (log: Log): Log => ({
  error: (...line) => log.error(...line),
  warn: (...line) => log.warn(...line),
  log: (...line) => log.log(...line),
  debug: (...line) => log.debug(...line),
});
