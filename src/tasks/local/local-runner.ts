import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../domain/clock.js';
import { NotInLocalModeError } from '../domain/errors.js';
import type { Log } from '../domain/log.js';
import { TaskContext } from '../registry/task-context.js';
import type { TaskRegistry } from '../registry/task-registry.js';
import { nodeStops, timedOut, type Ending } from '../runner/ending.js';
import { factsOf } from '../runner/facts-of.js';
import { runError, runResult } from '../runner/outcome-of.js';
import { RunLog } from '../runner/run-log.js';
import { RunReports } from '../runner/run-reports.js';
import { AFTER_ABORT_MS } from '../runner/started-run.js';
import type { MemoryClaims } from '../store/memory/runs/claims.js';
import type { ClaimedRun, Outcome } from '../store/run-queue.js';
import { failed, retryInMs, toldToEnd } from './local-outcome.js';
import { LocalRun } from './local-run.js';

/** A test that closes its application in the midst of a run has no need to read of it. */
const UNTOLD: ReadonlySet<Outcome['state']> = new Set(['succeeded', 'abandoned']);

/**
 * Calls handlers, in the same turn of the event loop in which it is asked to, and writes down what
 * becomes of them. Whatever a handler throws is an outcome; no timer hears of it.
 */
export class LocalRunner {
  /** Runs whose handlers go on, by their ids. */
  readonly going = new Map<string, LocalRun>();
  private closed = false;
  /** A handler must not see the request or the run in whose context it happens to be started. */
  private readonly atRoot = AsyncLocalStorage.snapshot();
  private readonly runLog: RunLog;

  /** @param ended what waits for a handler's end may go on */
  constructor(
    private readonly registry: TaskRegistry,
    private readonly claims: MemoryClaims,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly ended: () => void,
  ) {
    this.runLog = new RunLog(log);
  }

  start(run: ClaimedRun): void {
    const { claims, clock, log } = this;
    const reports = new RunReports(run, clock, log, (told) => {
      if (told.type === 'line') claims.keepLine(told.line);
      if (told.type === 'progress') claims.keepProgress(told.progress);
    });
    const started = new LocalRun(run, reports, clock.monotonic());
    this.going.set(run.runId, started);
    const { timeoutMs } = run.policy;
    if (timeoutMs !== null) {
      started.waitFor(timeoutMs, () => this.abort(started, timedOut(timeoutMs)));
    }
    try {
      const returned = this.atRoot(() => this.call(started));
      if (!isThenable(returned)) return this.succeed(started, returned);
      started.ended = Promise.resolve(returned)
        .then(
          (result) => this.succeed(started, result),
          (error: unknown) => this.fail(started, error),
        )
        .then(this.ended);
    } catch (error) {
      this.fail(started, error);
    }
  }

  /** Tells a handler to end. One that does not is given up, and goes on to be in the way. */
  abort(started: LocalRun, ending: Ending): void {
    if (started.ending !== null) return;
    started.ending = ending;
    const isTriedAgain = retryInMs(started.run, ending.error.name) !== null;
    if (ending.state === 'timed-out' && !isTriedAgain) this.giveUp(started);
    else if (ending.state) started.waitFor(AFTER_ABORT_MS, () => this.giveUp(started));
    started.controller.abort(ending.error);
  }

  /** Nothing is tried again any more. */
  close(): void {
    this.closed = true;
  }

  /** Resolves when no handler goes on. */
  async idle(): Promise<void> {
    await Promise.all([...this.going.values()].map(({ ended }) => ended));
  }

  abortAll(): void {
    for (const started of this.going.values()) this.abort(started, nodeStops());
  }

  /** Gives up on what still goes on. */
  abandon(): void {
    const message = 'The process stopped, and the handler had not ended.';
    for (const started of this.going.values()) {
      started.forgetTimer();
      this.write(started, { state: 'abandoned', error: { name: 'NodeStopped', message } });
    }
  }

  private call({ run, controller, reports }: LocalRun): unknown {
    const registered = this.registry.find(run.task);
    if (!registered) throw new Error(`this process does not know the task "${run.task}"`);
    const context = new TaskContext({
      ...factsOf(run, reports),
      abortion: controller,
      inThread,
      manager,
    });
    return context.run(() => registered.handler(context.payload, context));
  }

  private succeed(started: LocalRun, returned: unknown): void {
    const { value: result, lost } = runResult(returned);
    if (lost) this.runLog.resultLost(started.run, lost);
    this.end(started, toldToEnd(started, undefined, this.closed) ?? { state: 'succeeded', result });
  }

  private fail(started: LocalRun, thrown: unknown): void {
    const { closed } = this;
    this.end(started, toldToEnd(started, thrown, closed) ?? failed(started, thrown, closed));
  }

  private end(started: LocalRun, outcome: Omit<Outcome, 'runId' | 'attempt'>): void {
    started.forgetTimer();
    started.reports.close();
    this.going.delete(started.run.runId);
    if (started.isGivenUp) this.claims.returned(started.run);
    else this.write(started, outcome);
  }

  private giveUp(started: LocalRun): void {
    const { state, error } = started.ending!;
    started.reports.close();
    this.write(started, { state: state ?? 'failed', error: runError(error), handlerAlive: true });
    started.isGivenUp = true;
    this.ended();
  }

  private write({ run, startedAt }: LocalRun, what: Omit<Outcome, 'runId' | 'attempt'>): void {
    const { runId, attempt } = run;
    const outcome = { runId, attempt, ...what };
    const recorded = this.claims.finish(outcome);
    if (recorded === null || UNTOLD.has(what.state)) return;
    const tookMs = Math.round(this.clock.monotonic() - startedAt);
    this.runLog.ended({ run, outcome, tookMs }, recorded.nextFireAt);
  }
}

const inThread = () => Promise.reject(new NotInLocalModeError('A worker thread'));

const manager = () => {
  throw new NotInLocalModeError("The run's database context");
};

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}
