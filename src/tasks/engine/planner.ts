import type { Clock } from '../domain/clock.js';
import { planFires } from '../domain/fire-plan.js';
import type { Log } from '../domain/log.js';
import type { DueJobs, Fire, FireLedger, Pauses } from '../store/fire-ledger.js';
import { Agenda, type AgendaItem } from './agenda.js';
import type { DatabaseClock } from './database-clock.js';
import type { Elector } from './elector.js';
import { Loop } from './loop.js';

/** How far ahead jobs are loaded, and how often although nothing was heard of a change. */
const LOOK_AHEAD_MS = 10_000;
const RELOAD_MS = 5_000;

/** How many jobs are loaded at once, and fired by one statement. */
const MOST_LOADED = 2_000;
const MOST_FIRED = 500;

/** Rows of one statement, whatever the jobs: a backlog of `coalesce: all` makes many. */
const MOST_ROWS = 2_000;

/** A job whose row somebody's transaction holds, or that has changed, is looked at again so soon. */
const RETRY_MS = 50;

const NO_PAUSES: Pauses = { paused: false, count: 0, stretches: [] };

/**
 * THE MAIN LOOP, on the leader only: loads the jobs that are due soon, sleeps until the first of
 * them, decides what becomes of its fire times (`domain/fire-plan.ts`) and writes that in one fenced
 * statement (`store/postgres/sql/fire.ts`).
 *
 *   load ahead ──▶ sleep until the earliest ──▶ planFires ──▶ fire ──▶ put the next ones back
 *      ▲                                                        │
 *      └── woken by a change · every 5 s · a plan did not move ◀┘
 *
 * Everything here may be outdated or wrong without harm: the agenda, the clock, the belief to lead.
 * The statement checks all of them, and what it did not move is loaded again. An unknown outcome is
 * treated in the same way: whatever was fired has moved, and is not due any more.
 */
export class Planner {
  private readonly agenda = new Agenda();
  private readonly loop: Loop;
  private pauses = NO_PAUSES;
  private term: number | null = null;
  /** What is loaded is known to be outdated. */
  private stale = true;
  /** On the monotonic clock. */
  private reloadAt = 0;
  private readonly setAside = new Set<string>();

  constructor(
    private readonly fires: FireLedger,
    private readonly elector: Elector,
    private readonly clock: Clock,
    private readonly databaseClock: DatabaseClock,
    private readonly log: Log,
    private readonly pending: () => void,
  ) {
    this.loop = new Loop('planner', clock, log, () => this.turn());
  }

  start(): void {
    this.loop.start();
  }

  /** Plans have changed, or this node has begun or ceased to lead. */
  wake(): void {
    this.stale = true;
    this.loop.wake();
  }

  /** Resolves when the fire in flight has its answer. */
  stop(): Promise<void> {
    return this.loop.stop();
  }

  private async turn(): Promise<number> {
    const token = this.elector.token;
    if (token !== this.term) this.beginTerm(token);
    if (token === null) return Infinity;
    if (this.mustLoad()) await this.load();
    if (this.pauses.paused) return this.untilReload();
    const due = this.plan();
    if (due.length > 0) return this.fire(token, due);
    const quiet = this.agenda.quietUntil.getTime() - this.databaseClock.now().getTime();
    return Math.max(0, Math.min(quiet, this.untilReload()));
  }

  private beginTerm(token: number | null): void {
    this.term = token;
    this.stale = true;
    this.agenda.clear();
    this.setAside.clear();
  }

  private mustLoad(): boolean {
    return this.stale || this.untilReload() <= 0 || this.agenda.isSpent(this.databaseClock.now());
  }

  private untilReload(): number {
    return this.reloadAt - this.clock.monotonic();
  }

  private async load(): Promise<void> {
    this.stale = false;
    const askedAt = this.clock.monotonic();
    const due = await this.fires.due(LOOK_AHEAD_MS, MOST_LOADED).catch((error: unknown) => {
      this.stale = true;
      throw error;
    });
    this.databaseClock.observe(askedAt, due.at);
    this.reloadAt = this.clock.monotonic() + RELOAD_MS;
    this.pauses = due.pauses;
    const unreadable = this.agenda.replace(due.jobs, this.horizon(due));
    for (const { jobId, reason } of [...due.unreadable, ...unreadable])
      this.setAsideJob(jobId, reason);
  }

  /** Where there was more than was loaded, only the fire times before the last are all known. */
  private horizon(due: DueJobs): Date {
    const last = due.jobs.at(-1);
    return due.more && last ? last.nextFireAt : new Date(due.at.getTime() + LOOK_AHEAD_MS);
  }

  private plan(): (Fire & { item: AgendaItem })[] {
    const now = this.databaseClock.now();
    const fires: (Fire & { item: AgendaItem })[] = [];
    let rows = 0;
    while (fires.length < MOST_FIRED && rows < MOST_ROWS) {
      const [item] = this.agenda.take(now, 1);
      if (!item) break;
      const { job, trigger } = item;
      const { policy, nextFireAt: plannedAt } = job;
      const pauses = this.pauses.stretches;
      try {
        const plan = planFires({ trigger, policy, plannedAt, now, pauses });
        fires.push({ item, job, plan });
        rows += plan.candidates.length + plan.ranges.length;
      } catch (error) {
        this.setAsideJob(job.jobId, String(error));
      }
    }
    return fires;
  }

  private async fire(token: number, fires: readonly (Fire & { item: AgendaItem })[]) {
    const askedAt = this.clock.monotonic();
    const fired = await this.fires.fire(token, this.pauses.count, fires).catch((error: unknown) => {
      this.stale = true;
      throw error;
    });
    this.databaseClock.observe(askedAt, fired.at);
    if (fired.pending > 0) this.pending();
    if (!fired.led) {
      // Deposed, or the cluster was paused: the elector and the next load find out which.
      this.stale = true;
      this.elector.wake();
      return RETRY_MS;
    }
    let unmoved = 0;
    for (const { item, job, plan } of fires) {
      if (!fired.moved.has(job.jobId)) unmoved++;
      else if (plan.nextFireAt) this.agenda.put(item, plan.nextFireAt);
    }
    const soon = this.clock.monotonic() + RETRY_MS;
    if (unmoved > 0) this.reloadAt = Math.min(this.reloadAt, soon);
    return 0;
  }

  private setAsideJob(jobId: string, reason: string): void {
    if (this.setAside.has(jobId)) return;
    this.setAside.add(jobId);
    this.log.error(`Job "${jobId}" cannot be read and does not fire: ${reason}`);
  }
}
