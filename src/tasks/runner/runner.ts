import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import type { AbortReason, ToEngine, ToRunner } from '../engine/messages.js';
import type { RegisteredTask, TaskRegistry } from '../registry/task-registry.js';
import type { Claim, ClaimedRun } from '../store/run-queue.js';
import { cancelled, claimLost, nodeStops, timedOut } from './ending.js';
import { HandlerCall } from './handler-call.js';
import type { HandlerOutcome } from './handler-outcome.js';
import { endedEvent, lostEvent, startedEvent } from './run-events.js';
import { RunLog } from './run-log.js';
import { RunReports } from './run-reports.js';
import { runnerOptions, type RunnerOptions } from './runner-options.js';
import { RunsHere, type Holding } from './runs-here.js';
import { freeOf } from './slots.js';
import { AFTER_ABORT_MS, StartedRun } from './started-run.js';
import { LAPSES_MS, Turnover } from './turnover.js';

/**
 * Calls handlers. It starts what the engine has claimed, and tells the engine what became of it and
 * how many more it could start.
 *
 * A handler holds its slot until it has returned, also when its run was given up before: it really
 * goes on here. What it reports is told before its outcome, and the outcome before the slot that it
 * frees.
 */
export class Runner {
  private readonly runs = new RunsHere();
  private readonly log: RunLog;
  private readonly options: RunnerOptions;
  private readonly handlers: HandlerCall;
  private readonly turnover: Turnover;
  private limited: readonly RegisteredTask[] = [];
  private lapses = false;
  private post: (message: ToEngine) => void = () => undefined;
  /** A handler must not see the request or the run in whose context it happens to be started. */
  private readonly atRoot = AsyncLocalStorage.snapshot();

  constructor(
    private readonly registry: TaskRegistry,
    private readonly concurrency: number,
    private readonly clock: Clock,
    private readonly processLog: Log,
    options: Partial<RunnerOptions> = {},
  ) {
    this.log = new RunLog(processLog);
    this.turnover = new Turnover(concurrency);
    this.options = runnerOptions(options);
    this.handlers = new HandlerCall(this.options, (run, reason) =>
      this.log.resultLost(run, reason),
    );
  }

  /** Begins to take runs from an engine. */
  attach(post: (message: ToEngine) => void): void {
    this.post = post;
    this.limited = this.registry.all().filter(({ concurrency }) => concurrency !== undefined);
    this.tellSlots();
  }

  /** Takes what concerns runs; the rest of what an engine tells is not for it. */
  handle(message: ToRunner): void {
    switch (message.type) {
      case 'claimed':
        for (const run of message.runs) this.start(run);
        return;
      case 'abort':
        return this.abort(message.claim, message.reason);
      case 'recorded':
        return this.tellEnd(message.claim, message.nextFireAt);
      case 'refused':
        return this.tellLate(message.claim);
      case 'timed-out':
        return this.overrule(message.claim);
      case 'noted':
        return this.runs.noted(message.claims);
      default:
        return;
    }
  }

  /** The tasks that were running at any time since this was asked last. */
  ranLately(): readonly string[] {
    return this.runs.ranLately();
  }

  /** What the ledger has not answered for: another engine takes over, and is to go on with it. */
  holding(): Holding {
    return this.runs.holding();
  }

  /** Lets runs go on for `graceMs`, then aborts them. What does not end then is abandoned. */
  async drain(graceMs: number): Promise<void> {
    await this.wait(graceMs);
    const left = this.runs.working();
    if (left.length === 0) return;
    this.log.aborting(left.length, graceMs);
    for (const started of left) started.abort(nodeStops());
    await this.wait(AFTER_ABORT_MS);
    for (const started of this.runs.working()) {
      started.leave(nodeStops().error);
      this.end(started, {
        state: 'abandoned',
        error: {
          name: 'NodeStopped',
          message: `The node stopped, and the handler did not end within ${AFTER_ABORT_MS} ms of its signal.`,
        },
      });
    }
  }

  private async wait(ms: number): Promise<void> {
    if (this.runs.working().length === 0) return;
    const enough = new AbortController();
    await Promise.race([this.runs.idle(), this.clock.sleep(ms, enough.signal)]);
    enough.abort();
  }

  /** How many runs it could start now. */
  get room(): number {
    return Math.max(0, this.concurrency - this.runs.busy.size);
  }

  start(run: ClaimedRun): void {
    const post = (message: ToEngine) => this.post(message);
    const { redact } = this.options;
    const reports = new RunReports(run, this.clock, this.processLog, post, redact);
    const started = new StartedRun(run, this.clock, reports, (late) => this.giveUp(late));
    this.runs.add(started);
    this.log.started(run);
    this.options.emit(startedEvent(run, this.clock.now()));
    // The handler begins after the run was written down here.
    void Promise.resolve()
      .then(() => this.atRoot(() => this.handlers.outcome(started, this.handlerOf(run))))
      .then((outcome) => this.returned(started, outcome));
  }

  private handlerOf({ task }: ClaimedRun) {
    return this.registry.find(task)?.handler;
  }

  private returned(started: StartedRun, outcome: HandlerOutcome): void {
    const { run } = started;
    started.returned();
    this.runs.busy.delete(started);
    this.turnover.end(this.clock.monotonic());
    if (started.outcome === null) return this.end(started, outcome);
    if (started.outcome.handlerAlive) {
      this.log.returned(run);
      const claim = { runId: run.runId, attempt: run.attempt };
      this.runs.returned(claim);
      this.post({ type: 'returned', claim });
    }
    this.tellSlots();
  }

  private giveUp(started: StartedRun): void {
    const { outcome, ending } = started;
    if (outcome === null && ending?.state) {
      this.log.ignored(started.run, AFTER_ABORT_MS);
      this.end(started, this.handlers.ignored(ending));
      started.leave(ending.error);
    }
  }

  private end(started: StartedRun, outcome: HandlerOutcome): void {
    const { runId, attempt } = started.run;
    started.end();
    started.outcome = { runId, attempt, ...outcome };
    started.reports.close();
    this.post({ type: 'outcome', outcome: started.outcome });
    this.tellSlots();
    this.runs.tellIdle();
  }

  /** The engine has ended it as timed out, as this thread did nothing about it in time. */
  private overrule(claim: Claim): void {
    const started = this.runs.find(claim);
    if (!started) return;
    const ending = timedOut(started.run.policy.timeoutMs ?? 0);
    const outcome = { ...claim, ...this.handlers.ignored(ending) };
    if (started.outcome !== null) {
      started.outcome = outcome;
      return;
    }
    started.abort(ending);
    started.end();
    started.outcome = outcome;
    started.reports.close();
    started.leave(ending.error);
    this.runs.tellIdle();
  }

  private abort(claim: Claim, reason: AbortReason): void {
    const started = this.runs.find(claim);
    if (!started || started.outcome !== null) return;
    if (reason.type === 'cancelled') return started.abort(cancelled(reason.why));
    this.log.lost(started.run, reason.type);
    this.options.emit(lostEvent(started.run, reason.type, this.clock.now()));
    void started.lose(claimLost());
  }

  /** Says how many more runs it could start. */
  tellSlots(): void {
    const ahead = this.turnover.ahead(this.clock.monotonic());
    const free = freeOf(this.room, this.limited, this.runs.busy, this.concurrency);
    this.post({ type: 'slots', ...free, ...(ahead > 0 && { ahead }) });
    if (ahead > 0) void this.letLapse();
  }

  /** What was said of slots that will soon be free is true for a moment only. */
  private async letLapse(): Promise<void> {
    if (this.lapses) return;
    this.lapses = true;
    await this.clock.sleep(LAPSES_MS);
    this.lapses = false;
    this.tellSlots();
  }

  private tellEnd(claim: Claim, nextFireAt: Date | null): void {
    const ended = this.runs.forget(claim);
    if (!ended) return;
    this.log.ended(ended, nextFireAt);
    this.options.emit(endedEvent(ended, this.clock.now()));
  }

  private tellLate(claim: Claim): void {
    const isLost = this.runs.find(claim)?.isLost;
    const ended = this.runs.forget(claim);
    if (!ended) return;
    this.log.late(ended);
    if (!isLost) this.options.emit(lostEvent(ended.run, 'refused', this.clock.now()));
  }
}
