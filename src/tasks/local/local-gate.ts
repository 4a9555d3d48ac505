import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import type { TaskRegistry } from '../registry/task-registry.js';
import { cancelled } from '../runner/ending.js';
import { MemoryDatabase } from '../store/memory/database.js';
import { fireJob } from '../store/memory/fires/fire-job.js';
import { postpone } from '../store/memory/fires/postpone.js';
import { release } from '../store/memory/fires/release.js';
import { careForJobs } from '../store/memory/jobs/care-for-jobs.js';
import type { JobRow, RunRow } from '../store/memory/rows.js';
import { cancelRun } from '../store/memory/runs/run-changes.js';
import { claim } from '../store/memory/runs/claim.js';
import { MemoryClaims } from '../store/memory/runs/claims.js';
import { LocalRunner } from './local-runner.js';
import { after } from './native-timers.js';

/** So many runs are remembered. */
const MAX_RUNS = 1_000;

/**
 * Everything that runs in this process passes here, and nothing in it is asynchronous: when a timer
 * rings, the handler has been called before the timer's callback returns. Tests of hosts that advance a
 * fake clock and look at once see what they saw with `@nestjs/schedule`.
 *
 *   a timer rings ──▶ fire ─┐
 *   somebody asks ──▶ change ┴─▶ pass: what is over ends ─▶ what waits is released ─▶ claimed ─▶ called
 *                                 ▲                                                              │
 *                                 └────────────── a handler ends, a wait is over ◀───────────────┘
 *
 * What can go wrong, and why it does not:
 *
 * - A test advances a fake clock by many periods in one synchronous step. No promise settles
 *   meanwhile, so an async handler seems to go on for ever and every fire after the first would be
 *   an overlap. Therefore a run is in the way of others only once the event loop has turned since its
 *   start, which between two real timers it always has.
 * - A timer rings a little early, or a test has set the clock back. That it rings makes its fire time
 *   due, unless that has just been dealt with.
 * - Somebody stops the process in the middle of a fire. The gate is closed first: what rings later
 *   is neither run nor recorded.
 */
export class LocalGate {
  readonly database: MemoryDatabase;
  readonly runner: LocalRunner;
  /** Brings timers in line with their jobs. */
  follow: () => void = () => undefined;
  isClosed = false;
  private countsAll = false;
  private isHeld = false;
  private wake: NodeJS.Timeout | null = null;

  /** @param node this process, whose id is known once it begins */
  constructor(
    private readonly tasks: TaskRegistry,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly node: { readonly id: string },
  ) {
    this.database = new MemoryDatabase(clock, {
      deadAfterMs: Infinity,
      kept: MAX_RUNS,
      isInTheWay: (run) => this.isInTheWay(run),
    });
    this.database.afterChange = () => this.pass(clock.now(), true);
    const claims = new MemoryClaims(this.database, node);
    this.runner = new LocalRunner(tasks, claims, clock, log, () => this.pass());
  }

  /**
   * A timer rings.
   *
   * @param isBusy its last call has not ended, whether or not the event loop has turned
   * @returns what resolves when the handler has ended; undefined: it has, or was not called
   */
  ring(jobId: string, isBusy = false): Promise<void> | undefined {
    const job = this.database.jobs.get(jobId);
    const now = this.clock.now();
    if (this.isClosed || this.isHeld) return undefined;
    if (!job?.nextFireAt || isDealtWith(job, now)) return undefined;
    const at = now > job.nextFireAt ? now : job.nextFireAt;
    const fire = () => fireJob(this.database, jobId, at, true);
    const rows = isBusy ? this.countingAll(fire) : fire();
    this.pass(at);
    return this.endOf(rows);
  }

  /** Until it is opened nothing passes: timers are there already, but the host is not ready yet. */
  hold(): void {
    this.isHeld = true;
  }

  /**
   * What was to run once has not lost its only fire time, and what was asked for passes too. Of all
   * others the fire times begin now.
   */
  open(): void {
    const now = this.clock.now();
    this.isHeld = false;
    this.database.inOneGo(() => {
      for (const { id, trigger } of this.database.jobs.values())
        if (trigger.type !== 'date') postpone(this.database, id, now);
    });
  }

  /** What resolves when the handler of the first of these that goes on has ended. */
  endOf(runs: readonly RunRow[]): Promise<void> | undefined {
    const { going } = this.runner;
    const first = runs.find(({ id }) => going.has(id));
    return first && going.get(first.id)?.ended;
  }

  /** Lets nothing pass any more; what waits is cancelled. */
  close(): void {
    this.isClosed = true;
    this.runner.close();
    this.forgetWake();
    for (const { id, state } of this.database.runs.live()) {
      if (state === 'pending') cancelRun(this.database, id, { reason: 'the process stops' });
    }
  }

  /** Does all that can be done by `at`. @param catchesUp fires also what no timer will ring for */
  private pass(at = this.clock.now(), catchesUp = false): void {
    if (this.isClosed) return;
    if (this.isHeld) return this.follow();
    this.care();
    if (catchesUp) this.catchUp(at);
    this.abortCancelled();
    let nextInMs: number | null = null;
    while (!this.database.runs.isIdle) {
      this.countingAll(() => release(this.database));
      const taken = this.take(at);
      nextInMs = taken.nextInMs;
      if (taken.runs.length === 0) break;
      for (const run of taken.runs) this.runner.start(run);
    }
    if (this.database.runs.isIdle) nextInMs = null;
    this.sleep(Math.min(this.care() ?? Infinity, nextInMs ?? Infinity));
  }

  /** One at a time: a handler that is called may change what comes next. */
  private take(now: Date) {
    const tasks = this.tasks.names();
    const what = { tasks, slots: 1, limits: this.limits(), turn: 0, misfires: false };
    return claim(this.database, { ...what, nodeId: this.node.id, now });
  }

  private limits(): Readonly<Record<string, number>> {
    const busy = [...this.runner.going.values()].filter(({ hadTurn }) => hadTurn);
    const limits = this.tasks.all().flatMap(({ name, concurrency }) => {
      if (concurrency === undefined) return [];
      return [
        [name, Math.max(0, concurrency - busy.filter(({ run }) => run.task === name).length)],
      ];
    });
    return Object.fromEntries(limits) as Record<string, number>;
  }

  /** In how long the next pause of a job is over; null: none will be. */
  private care(): number | null {
    const how = { orphanAfterMs: Infinity, judges: false, log: this.log };
    const nextInMs = careForJobs(this.database, how);
    this.follow();
    return nextInMs;
  }

  private catchUp(at: Date): void {
    for (const { id, nextFireAt } of this.database.jobs.values()) {
      if (nextFireAt !== null && nextFireAt <= at) fireJob(this.database, id, at, false);
    }
  }

  private abortCancelled(): void {
    for (const started of this.runner.going.values()) {
      const row = this.database.runs.get(started.run.runId);
      if (!row?.cancelRequestedAt || row.state !== 'running') continue;
      this.runner.abort(started, cancelled(row.cancelReason ?? 'cancelled'));
    }
  }

  private sleep(ms: number): void {
    if (this.isClosed) return;
    this.forgetWake();
    if (ms < Infinity) this.wake = after(ms, () => this.pass(this.clock.now(), true));
  }

  private forgetWake(): void {
    if (this.wake) clearTimeout(this.wake);
    this.wake = null;
  }

  /** What waits has time: it also waits for a run that could not have ended yet. */
  private countingAll<T>(body: () => T): T {
    this.countsAll = true;
    try {
      return body();
    } finally {
      this.countsAll = false;
    }
  }

  private isInTheWay({ id, state }: RunRow): boolean {
    return state !== 'running' || this.countsAll || this.runner.going.get(id)?.hadTurn !== false;
  }
}

/** The plan has moved already: it is nearer to the last fire time than to the next one. */
function isDealtWith({ lastFireAt, nextFireAt }: JobRow, now: Date): boolean {
  if (lastFireAt === null || nextFireAt === null || now < lastFireAt) return false;
  return now.getTime() - lastFireAt.getTime() < nextFireAt.getTime() - now.getTime();
}
