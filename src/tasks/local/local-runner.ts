import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import { NotInLocalModeError } from '../domain/errors.js';
import { retryDelayMs } from '../domain/retry.js';
import type { RunError } from '../domain/run.js';
import { TaskContext, type TaskContextFields } from '../registry/task-context.js';
import type { TaskRegistry } from '../registry/task-registry.js';
import { runError, runResult } from '../runner/outcome-of.js';
import type { LocalJob } from './local-job.js';
import type { LocalRun } from './local-run.js';
import { after } from './native-timers.js';

/** Of the waits that chance could choose, so that a test knows when. */
const LONGEST = 1;

/**
 * Calls handlers, in the same turn of the event loop in which it is asked to, and writes down what
 * becomes of them. Whatever a handler throws is an outcome; no timer hears of it.
 */
export class LocalRunner {
  /** Runs whose handlers go on. */
  readonly going = new Set<LocalRun>();
  private closed = false;
  /** A handler must not see the request or the run in whose context it happens to be started. */
  private readonly atRoot = AsyncLocalStorage.snapshot();

  constructor(
    private readonly registry: TaskRegistry,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** @returns what resolves when the handler has ended; undefined: it has */
  start(job: LocalJob, run: LocalRun): Promise<void> | undefined {
    run.begin(this.clock.now());
    job.live.add(run);
    this.going.add(run);
    const { timeoutMs } = job.definition;
    if (timeoutMs !== null) run.timer = after(timeoutMs, () => this.expire(job, run, timeoutMs));
    try {
      const returned = this.atRoot(() => this.call(run));
      if (!isThenable(returned)) return this.succeed(job, run, returned);
      run.ended = Promise.resolve(returned).then(
        (result) => this.succeed(job, run, result),
        (error: unknown) => this.fail(job, run, error),
      );
      return run.ended;
    } catch (error) {
      this.fail(job, run, error);
      return undefined;
    }
  }

  /** Starts nothing any more: neither what waits for its turn nor what is to be tried again. */
  close(): void {
    this.closed = true;
  }

  /** Resolves when no handler goes on. */
  async idle(): Promise<void> {
    await Promise.all([...this.going].map(({ ended }) => ended));
  }

  /** Aborts what goes on. */
  abort(): void {
    for (const run of this.going) run.controller.abort(new Error('the process stops'));
  }

  /** Gives up on what still goes on. */
  abandon(): void {
    const message = 'The process stopped, and the handler had not ended.';
    for (const run of this.going) {
      if (run.state !== 'running') continue;
      run.end('abandoned', this.clock.now(), { error: { name: 'NodeStopped', message } });
    }
  }

  private call(run: LocalRun): unknown {
    const { jobId, task, payload, cause, fireAt, id: runId } = run.made;
    const known = this.registry.find(task);
    if (!known) throw new Error(`this process does not know the task "${task}"`);
    const { attempt } = run;
    const { signal } = run.controller;
    const fields = { runId, jobId, task, payload, cause, fireAt, attempt, signal };
    const context = new TaskContext({ ...fields, ...this.surroundings() });
    return context.run(() => known.handler(payload, context));
  }

  /** What a run may use here. */
  private surroundings(): Pick<
    TaskContextFields,
    'fencingToken' | 'logger' | 'progress' | 'inThread' | 'manager'
  > {
    return {
      fencingToken: null,
      logger: this.log,
      progress: () => undefined,
      inThread: () => Promise.reject(new NotInLocalModeError('A worker thread')),
      manager: () => {
        throw new NotInLocalModeError("The run's database context");
      },
    };
  }

  private succeed(job: LocalJob, run: LocalRun, returned: unknown): undefined {
    const { value: result, lost } = runResult(returned);
    if (lost) this.log.warn(`The result of ${job.id}, run ${run.made.id}, is not kept: ${lost}.`);
    if (run.state === 'running') run.end('succeeded', this.clock.now(), { result });
    this.returned(job, run);
  }

  private fail(job: LocalJob, run: LocalRun, thrown: unknown): void {
    const error = runError(thrown);
    this.log.error(`${job.id} failed, run ${run.made.id}. ${error.stack ?? error.message}`);
    if (run.state === 'running') this.endOrRetry(job, run, error);
    this.returned(job, run);
  }

  /** What waits for a handler's end may go on. */
  private returned(job: LocalJob, run: LocalRun): void {
    job.live.delete(run);
    this.going.delete(run);
    run.handlerAlive = false;
    if (this.closed || job.live.size >= job.definition.maxInstances) return;
    const next = job.waiting.shift();
    if (next === undefined) return;
    job.supersedeRetry(this.clock.now());
    void this.start(job, next);
  }

  private expire(job: LocalJob, run: LocalRun, timeoutMs: number): void {
    const message = `The handler did not end within ${timeoutMs} ms.`;
    run.end('timed-out', this.clock.now(), { error: { name: 'TimeoutError', message } });
    run.handlerAlive = true;
    this.log.error(`${job.id} timed out, run ${run.made.id}. ${message}`);
    run.controller.abort(new Error(message));
  }

  private endOrRetry(job: LocalJob, run: LocalRun, error: RunError): void {
    const now = this.clock.now();
    const cancelled = run.cancelRequestedAt !== null;
    const ms = cancelled
      ? null
      : retryDelayMs(job.definition.retry, run.attempt, error.name, LONGEST);
    if (ms === null || this.closed) {
      return run.end(cancelled ? 'cancelled' : 'failed', now, { error });
    }
    run.tryAgainAt(new Date(now.getTime() + ms), now, error);
    job.retrying = run;
    run.timer = after(ms, () => {
      job.retrying = null;
      void this.start(job, run);
    });
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}
