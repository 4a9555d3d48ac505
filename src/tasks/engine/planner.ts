import type { Clock } from '../domain/clock.js';
import type { Ability } from '../domain/ability.js';
import { LIVE_MS, MAX_CAUGHT_UP } from '../domain/catch-up.js';
import { planFires } from '../domain/fire-plan.js';
import type { Log } from '../domain/log.js';
import type { Pauses } from '../store/fire-ledger.js';
import { SOON_MS } from '../store/wake-ups.js';
import type { PlannedFires } from './heard-fires.js';
import { Agenda, type AgendaItem } from './agenda.js';
import type { DatabaseClock } from './database-clock.js';
import type { Elector } from './elector.js';
import { FireBatch } from './fire-batch.js';
import { loadDue, type Gap } from './load-due.js';
import { Loop } from './loop.js';
import { Moving } from './moving.js';
import { behindLive, byTime, type Planned } from './planned.js';
import { SetAside } from './set-aside.js';
import type { SlotLender } from './slot-loan.js';
import { SkipSummary } from './skip-summary.js';

/** How often plans are loaded although nothing was heard of a change. */
const RELOAD_MS = SOON_MS / 2;

/** How many jobs are fired by one statement. */
const MAX_FIRED = 500;

/** Rows of one statement, whatever the jobs: a backlog of `coalesce: all` makes many. */
const MAX_ROWS = 2_000;

/** A backlog of some triggers takes long to count: nobody's fire waits for more of it than this. */
const MAX_PLANNING_MS = 20;

/** So long before a fire time this node makes ready for its run. */
const READY_MS = 30;

/** A job whose row somebody's transaction holds, or that has changed, is looked at again so soon. */
const RETRY_MS = 50;

const NO_PAUSES: Pauses = { paused: false, count: 0, stretches: [] };

/**
 * THE MAIN LOOP, on the leader only: loads the jobs that are due soon, sleeps until the first of
 * them, decides what becomes of its fire times (`domain/fire-plan.ts`) and writes that in one fenced
 * statement (`store/postgres/fires/fire.ts`).
 *
 *   load ahead ──▶ sleep until the earliest ──▶ planFires ──▶ fire ──▶ put the next ones back
 *      ▲                                                        │
 *      └── woken by a change · every 5 s · a plan did not move ◀┘
 *
 * What was missed by an outage is caught up on, but never at the cost of what is due now: live fire
 * times go first and in statements of their own, and between two batches of the others they are looked
 * at again. Live ones are claimed before the runs of these too (`domain/catch-up.ts`). A fire time is
 * missed by an outage if it was late already when this leader last had nothing live to do; what has
 * become late while it worked off a flood is not. Nor does a flood hold up what comes due during it: every
 * second place of a statement is for what came due last.
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
  private readonly setAside: SetAside;
  private readonly skips: SkipSummary;
  private readonly batch: FireBatch;
  /** When nothing live was left to fire, by the database's clock; null: not in this term. */
  private keptUpAt: Date | null = null;
  private gaps: readonly Gap[] = [];
  private readonly moving: Moving;

  constructor(
    private readonly fires: PlannedFires,
    private readonly elector: Elector,
    private readonly clock: Clock,
    private readonly databaseClock: DatabaseClock,
    log: Log,
    private readonly pending: () => void,
    private readonly ability: Ability,
    private readonly lender: SlotLender,
  ) {
    this.loop = new Loop('planner', clock, log, () => this.turn());
    this.setAside = new SetAside(log);
    this.skips = new SkipSummary(clock, log);
    this.moving = new Moving(clock);
    this.batch = new FireBatch(fires, lender, databaseClock, this.setAside);
  }

  /** Why its work has not been done for longer than `ms`; null: it has. */
  failingFor(ms: number): string | null {
    return this.loop.failingFor(ms) ?? this.moving.failingFor(ms);
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

  private async turn(): Promise<number | null> {
    const token = this.elector.token;
    if (token !== this.term) this.beginTerm(token);
    if (token === null) return null;
    this.skips.tell();
    const isFresh = this.mustLoad();
    if (isFresh) await this.load();
    if (this.pauses.paused) {
      this.keptUpAt = this.databaseClock.now();
      return this.untilReload();
    }
    const due = this.plan();
    if (due.length > 0) return this.fire(token, due);
    // What did not move is due again once it has been read anew.
    if (isFresh) this.moving.works();
    const quiet = this.agenda.quietUntil.getTime() - this.databaseClock.ms();
    if (quiet > READY_MS) return Math.max(0, Math.min(quiet - READY_MS, this.untilReload()));
    this.lender.prepare();
    return Math.max(0, Math.min(quiet, this.untilReload()));
  }

  private beginTerm(token: number | null): void {
    this.term = token;
    this.stale = true;
    this.agenda.clear();
    this.setAside.clear();
    this.keptUpAt = null;
    this.moving.works();
  }

  private mustLoad(): boolean {
    if (this.stale || this.untilReload() <= 0) return true;
    if (this.gaps.some(({ from, to }) => this.agenda.hasNoneWithin(from, to))) return true;
    return this.agenda.isSpent(this.databaseClock.now());
  }

  /** What was due before this is caught up on. */
  private liveFrom(): Date {
    return new Date((this.keptUpAt ?? this.databaseClock.now()).getTime() - LIVE_MS);
  }

  private untilReload(): number {
    return this.reloadAt - this.clock.monotonic();
  }

  private async load(): Promise<void> {
    this.stale = false;
    const askedAt = this.clock.monotonic();
    const loading = loadDue(this.fires, this.setAside.keys, this.liveFrom());
    const loaded = await this.follow(askedAt, loading);
    this.databaseClock.observe(askedAt, loaded.atMs ?? loaded.at.getTime());
    this.reloadAt = this.clock.monotonic() + RELOAD_MS;
    this.keptUpAt ??= loaded.at;
    this.pauses = loaded.pauses;
    this.gaps = loaded.gaps;
    const unreadable = this.agenda.replace(loaded.jobs, loaded.until);
    for (const job of [...loaded.unreadable, ...unreadable]) this.setAside.add(job);
  }

  /** The live ones; where there are none, some of those to catch up on. */
  private plan(): Planned[] {
    const now = this.databaseClock.now();
    const from = this.liveFrom();
    const live = this.planEach(now, MAX_FIRED, (n) =>
      n % 2 === 0 ? this.agenda.takeFirst(now, from) : this.agenda.takeLast(now, from),
    );
    if (live.length > 0) return live;
    this.keptUpAt = now;
    return this.planEach(now, MAX_CAUGHT_UP, () => this.agenda.takeFirst(now)).map(behindLive);
  }

  private planEach(
    now: Date,
    most: number,
    take: (n: number) => AgendaItem | undefined,
  ): Planned[] {
    const fires: Planned[] = [];
    const enoughAt = this.clock.monotonic() + MAX_PLANNING_MS;
    let rows = 0;
    while (fires.length < most && rows < MAX_ROWS && this.clock.monotonic() <= enoughAt) {
      const item = take(fires.length);
      if (!item) break;
      const { job, trigger } = item;
      const { jobId, policy, fired, revision, nextFireAt: plannedAt } = job;
      const pauses = this.pauses.stretches;
      try {
        const plan = planFires({ jobId, trigger, policy, fired, plannedAt, now, pauses });
        fires.push({ item, job, plan });
        rows += plan.candidates.length + plan.ranges.length;
      } catch (error) {
        this.setAside.add({ jobId, revision, reason: String(error) });
      }
    }
    return fires;
  }

  private async fire(token: number, fires: readonly Planned[]): Promise<number> {
    const askedAt = this.clock.monotonic();
    const fired = await this.follow(askedAt, this.batch.fire(token, this.pauses.count, fires));
    if (fired === null) return 0;
    this.databaseClock.observe(askedAt, fired.atMs ?? fired.at.getTime());
    if (fired.pending > 0) this.pending();
    if (!fired.led) {
      // Deposed, or the cluster was paused: the elector and the next load find out which.
      this.stale = true;
      this.elector.wake();
      return RETRY_MS;
    }
    const { early, due } = byTime(fires, fired);
    for (const { item, job } of early) this.agenda.put(item, job.nextFireAt);
    if (due.length > 0) this.moving.judge(fired.moved.size, due.length);
    this.skips.add(fired.skipped, fires);
    let unmoved = 0;
    for (const { item, job, plan } of due) {
      if (!fired.moved.has(job.jobId)) unmoved++;
      // How many runs it has left is known once it is read again.
      else if (job.policy.maxRuns !== null) this.stale = true;
      else if (plan.nextFireAt) this.agenda.put(item, plan.nextFireAt);
    }
    if (unmoved > 0) {
      this.reloadAt = Math.min(this.reloadAt, this.clock.monotonic() + RETRY_MS);
      this.gaps = [];
    }
    return 0;
  }

  /** What became of a try that failed is not known. */
  private follow<T>(askedAt: number, attempt: Promise<T>): Promise<T> {
    return this.ability.follow(askedAt, attempt).catch((error: unknown) => {
      this.stale = true;
      throw error;
    });
  }
}
