import type { Clock } from '../domain/clock.js';
import type { Overlap } from '../domain/job.js';
import { fatesOf, makesRoom, type Standing } from '../domain/overlap.js';
import type { RunCause } from '../domain/run.js';
import type { LocalJob } from './local-job.js';
import type { LocalLedger } from './local-ledger.js';
import type { LocalRun } from './local-run.js';
import type { LocalRunner } from './local-runner.js';

/** How one firing differs from those of the job's trigger. */
export interface Ask {
  readonly cause: RunCause;
  readonly payload?: unknown;
  readonly overlap?: Overlap | undefined;
  readonly retryOf?: string;
}

/** A run, and what resolves when its handler has ended, if that is not at once. */
export interface LocalFiring {
  readonly run: LocalRun;
  readonly ended?: Promise<void> | undefined;
}

const FIRED: Ask = { cause: 'fired' };

/**
 * Every firing of this process passes here, and nothing in it is asynchronous: when a timer rings, the
 * handler has been called before the timer's callback returns. Tests of hosts that advance a fake
 * clock and look at once see what they saw with `@nestjs/schedule`.
 *
 * What can go wrong, and why it does not:
 *
 * - A test advances a fake clock by many periods in one synchronous step. No promise settles
 *   meanwhile, so an async handler seems to go on for ever and every fire after the first would be
 *   an overlap. Therefore a run counts as going on only once the event loop has turned since its
 *   start, which between two real timers it always has.
 * - Somebody stops the process in the middle of a firing. The gate is closed first: what rings later
 *   is neither run nor recorded.
 */
export class LocalGate {
  /** Why nothing is fired in the whole process; undefined: it is. */
  pausedBecause: string | null | undefined;
  pausedSince: Date | null = null;
  private closed = false;

  constructor(
    private readonly ledger: LocalLedger,
    private readonly runner: LocalRunner,
    private readonly clock: Clock,
    private readonly nodeId: () => string,
  ) {}

  /** Runs the job now, or records why not. Null: the process stops, or the job has had all its runs. */
  fire(job: LocalJob, fireAt: Date, ask = FIRED): LocalFiring | null {
    const byTrigger = ask.cause === 'fired';
    if (this.closed || (byTrigger && job.isSpent)) return null;
    const run = this.record(job, fireAt, ask);
    if (byTrigger) job.lastFireAt = fireAt;
    if (byTrigger && (job.paused || this.pausedBecause !== undefined)) {
      run.skip('paused', this.clock.now());
      return { run };
    }
    const ended = this.admit(job, run, ask.overlap ?? job.definition.overlap, byTrigger);
    if (byTrigger && run.state !== 'skipped') job.fired += 1;
    return { run, ended };
  }

  /** Records a fire time that something before the gate has kept from running. */
  skip(job: LocalJob, fireAt: Date): void {
    if (this.closed) return;
    this.record(job, fireAt, FIRED).skip('overlapped', this.clock.now());
    job.lastFireAt = fireAt;
  }

  /** Ends a run that waits; one that goes on hears it by its signal. */
  cancel(job: LocalJob | undefined, run: LocalRun): void {
    run.cancelRequestedAt = this.clock.now();
    if (run.state === 'running') return run.controller.abort(new Error('the run was cancelled'));
    job?.withdraw(run);
    run.end('cancelled', this.clock.now());
  }

  /** Lets nothing pass any more; what waits is cancelled. */
  close(jobs: Iterable<LocalJob>): void {
    this.closed = true;
    this.runner.close();
    for (const job of jobs) for (const run of job.pending()) this.cancel(job, run);
  }

  private record({ definition }: LocalJob, fireAt: Date, ask: Ask): LocalRun {
    const { id: jobId, task, priority, payload } = definition;
    return this.ledger.insert({
      jobId,
      task,
      priority,
      fireAt,
      cause: ask.cause,
      payload: ask.payload === undefined ? payload : ask.payload,
      createdAt: this.clock.now(),
      nodeId: this.nodeId(),
      retryOf: ask.retryOf ?? null,
    });
  }

  private admit(
    job: LocalJob,
    run: LocalRun,
    overlap: Overlap,
    byTrigger: boolean,
  ): Promise<void> | undefined {
    const policy = { ...job.definition, overlap };
    if (makesRoom(policy, standingOf(job))) this.makeRoom(job);
    const [fate] = fatesOf(policy, standingOf(job), 1);
    if (overlap !== 'allow' && (byTrigger || fate === 'starts'))
      job.supersedeRetry(this.clock.now());
    switch (fate!) {
      case 'starts':
        return this.runner.start(job, run);
      case 'waits':
        run.held = 'buffered';
        job.waiting.push(run);
        return undefined;
      case 'limit':
      case 'overlapped':
        run.skip(fate, this.clock.now());
        return undefined;
    }
  }

  /** What has not begun ends; what goes on hears that it shall, and counts until it has. */
  private makeRoom(job: LocalJob): void {
    for (const run of job.waiting) run.reason = 'superseded';
    for (const run of [...job.live, ...job.waiting]) {
      if (run.state === 'pending' || (run.state === 'running' && run.hadTurn))
        this.cancel(job, run);
    }
  }
}

/** A run counts once it could have ended. */
const standingOf = ({ live, waiting }: LocalJob): Standing => ({
  live: [...live].filter(({ hadTurn }) => hadTurn).length,
  buffered: waiting.length,
});
