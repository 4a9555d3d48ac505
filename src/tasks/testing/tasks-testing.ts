import { Injectable } from '@nestjs/common';
import type { Job } from '../domain/job.js';
import type { RunNow } from '../domain/job-requests.js';
import type { Run } from '../domain/run.js';
import { NodeStatus } from '../node/node-status.js';
import { TasksService } from '../service/tasks.service.js';
import { noInstant, noRunYet, noSuchJob, timePast } from './complaints.js';
import { durationMs, type Duration } from './duration.js';
import { FakeClock } from './fake-clock.js';
import { MemoryDatabase } from '../store/memory/database.js';
import type { RunRow } from '../store/memory/rows.js';
import { runOf } from '../store/memory/runs/run-store.js';

/** How far time goes on at once while handlers work, in ms: they may wait for some of it. */
const STEP_MS = 50;

/** A handler that waits for something outside gets so many turns of the event loop to end. */
const MAX_TURNS = 2_000;

/**
 * Moves the time of an application under test.
 *
 * ```ts
 * const app = await Test.createTestingModule({
 *   imports: [TasksTestingModule.forRoot({ now: '2026-03-02T00:00:00Z' }), ReportsModule],
 * }).compile();
 * await app.init();
 * const testing = app.get(TasksTesting);
 * await testing.advance('25h');
 * expect(testing.lastRun('daily-report').state).toBe('succeeded');
 * ```
 */
@Injectable()
export class TasksTesting {
  constructor(
    readonly clock: FakeClock,
    readonly database: MemoryDatabase,
    private readonly status: NodeStatus,
    private readonly service: TasksService,
  ) {}

  /** Resolves when the node is at work and leads. `advance` and `runDue` wait for it themselves. */
  async ready(): Promise<void> {
    for (let turns = 0; !this.status.isLeader || !this.status.running; turns++) {
      if (turns > MAX_TURNS) {
        const why = this.status.notReady ?? 'it does not lead';
        throw new Error(`The node does not begin: ${why}. Has app.init() been called?`);
      }
      await (turns % 10 === 9 ? this.clock.advance(STEP_MS) : this.clock.settle());
    }
    await this.quiet();
  }

  /**
   * Lets so much time pass. Every fire time in it fires at its own instant, and each run has ended
   * before time goes on. Where nothing is due, time jumps.
   *
   * @returns the runs that ended meanwhile, in order, the skipped ones among them
   */
  async advance(duration: Duration): Promise<readonly Run[]> {
    const before = this.ended();
    await this.ready();
    const end = this.time() + durationMs(duration);
    for (;;) {
      await this.quiet();
      const next = Math.min(end, this.nextInstant());
      if (next > this.time()) await this.clock.jump(next - this.time());
      await this.quiet();
      if (this.time() >= end) return this.endedSince(before);
    }
  }

  /**
   * Moves time to the next instant at which something is due, and lets that run.
   *
   * @returns the runs that ended; none when nothing is planned
   */
  async runDue(): Promise<readonly Run[]> {
    await this.ready();
    const next = this.nextInstant();
    return Number.isFinite(next) ? this.advance(Math.max(0, next - this.time())) : [];
  }

  /**
   * Lets time pass until this instant, as `advance` does: `2026-03-29T09:00:00+02:00`.
   *
   * @returns the runs that ended meanwhile
   */
  async setTime(instant: Date | string): Promise<readonly Run[]> {
    const to = instantOf(instant);
    await this.ready();
    if (to.getTime() < this.time()) throw timePast(to, this.clock.now());
    return this.advance(to.getTime() - this.time());
  }

  /**
   * Asks for a run of a job, whatever its trigger says, and lets it run.
   *
   * @returns the run; it has ended, unless its handler waits for something that does not come by itself, or
   * for a later attempt
   */
  async runNow(jobId: string, ask?: RunNow): Promise<Run> {
    await this.ready();
    const { id } = await this.service.runJob(jobId, ask);
    await this.advance(0);
    return this.service.getRun(id);
  }

  /**
   * All runs of a job in the order in which they were made, the skipped, pending and running ones among them.
   *
   * @throws Error when there is no such job, and never was one that ran
   */
  runsOf(jobId: string): readonly Run[] {
    const { jobs, runs } = this.database;
    const found = runs.all().filter((run) => run.jobId === jobId);
    if (found.length === 0 && !jobs.has(jobId)) throw noSuchJob(jobId, [...jobs.keys()]);
    return found.map(runOf);
  }

  /**
   * What became of the latest fire time of a job, or of the latest request to run it.
   *
   * @throws Error when it has none yet, which says when it fires next
   */
  lastRun(jobId: string): Run {
    const [first, ...others] = this.runsOf(jobId);
    if (first) return others.reduce((last, run) => (run.fireAt < last.fireAt ? last : run), first);
    throw noRunYet(jobId, this.database.jobs.get(jobId), this.clock.now());
  }

  /** Until nothing is due and no handler goes on. */
  private async quiet(): Promise<void> {
    for (let turns = 0; turns < MAX_TURNS; turns++) {
      await this.clock.settle();
      if (!this.isBusy()) return;
      // Some of it may wait for time to pass, such as a loop that tries again.
      if (turns % 20 === 19) await this.clock.advance(STEP_MS);
    }
  }

  private isBusy(): boolean {
    const now = this.time();
    const { jobs, runs, lock } = this.database;
    if (lock.paused) return runs.live().some(isRunning);
    return (
      runs.live().some((run) => isRunning(run) || isDue(run, now)) ||
      [...jobs.values()].some((job) => {
        const at = job.nextFireAt?.getTime() ?? pauseEnd(job);
        return at !== null && at <= now;
      })
    );
  }

  /** Infinity: nothing is planned. */
  private nextInstant(): number {
    const { jobs, runs } = this.database;
    const fires = [...jobs.values()].map(({ nextFireAt }) => nextFireAt?.getTime() ?? Infinity);
    const resumes = [...jobs.values()].map((job) => pauseEnd(job) ?? Infinity);
    const starts = runs.live().map((run) => (run.held === null ? run.runAt.getTime() : Infinity));
    return Math.min(
      Infinity,
      ...[...fires, ...resumes, ...starts].filter((at) => at > this.time()),
    );
  }

  private ended(): ReadonlySet<string> {
    return new Set(
      this.database.runs
        .all()
        .filter(hasEnded)
        .map(({ id }) => id),
    );
  }

  private endedSince(before: ReadonlySet<string>): readonly Run[] {
    const runs = this.database.runs.all().filter((run) => hasEnded(run) && !before.has(run.id));
    return runs.map(runOf);
  }

  private time(): number {
    return this.clock.now().getTime();
  }
}

/** @throws Error when nobody can say which it is; a text without a zone is another instant on each machine */
function instantOf(given: Date | string): Date {
  const instant = new Date(given);
  const zoned = typeof given !== 'string' || /(Z|[+-]\d\d:?\d\d)$/.test(given);
  if (!zoned || Number.isNaN(instant.getTime())) throw noInstant(String(given));
  return instant;
}

/** When somebody paused it for a while only; null: it is not, or until somebody resumes it. */
const pauseEnd = ({ paused, pausedUntil }: Pick<Job, 'paused' | 'pausedUntil'>) =>
  paused && pausedUntil !== null ? pausedUntil.getTime() : null;

const isRunning = ({ state }: RunRow) => state === 'running';
const isDue = ({ state, held, runAt }: RunRow, now: number) =>
  state === 'pending' && held === null && runAt.getTime() <= now;
const hasEnded = ({ state }: RunRow) => state !== 'pending' && state !== 'running';
