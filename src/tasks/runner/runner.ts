import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../domain/clock.js';
import type { Log } from '../domain/log.js';
import type { ToEngine, ToRunner } from '../engine/messages.js';
import { TaskContext } from '../registry/task-context.js';
import type { TaskRegistry } from '../registry/task-registry.js';
import type { ClaimedRun, Claim, Outcome } from '../store/run-queue.js';
import { runError, runResult } from './outcome-of.js';
import { RunLog, type Ended } from './run-log.js';

/** How long a handler whose signal was aborted may still take to end, in ms. */
const AFTER_ABORT_MS = 1_000;

interface Started {
  readonly run: ClaimedRun;
  readonly controller: AbortController;
  readonly startedAt: number;
  tookMs: number;
  readonly ended: Promise<void>;
  outcome: Outcome | null;
}

/**
 * Calls handlers. It starts what the engine has claimed, and tells the engine what became of it and
 * how many more it could start.
 */
export class Runner {
  private readonly started = new Map<string, Started>();
  private readonly log: RunLog;
  private post: (message: ToEngine) => void = () => undefined;
  /** A handler must not see the request or the run in whose context it happens to be started. */
  private readonly atRoot = AsyncLocalStorage.snapshot();

  constructor(
    private readonly registry: TaskRegistry,
    private readonly concurrency: number,
    private readonly clock: Clock,
    log: Log,
  ) {
    this.log = new RunLog(log);
  }

  /** Begins to take runs from an engine. */
  attach(post: (message: ToEngine) => void): void {
    this.post = post;
    this.tellSlots();
  }

  handle(message: Exclude<ToRunner, { type: 'leads' | 'database' }>): void {
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
    }
  }

  /** Lets runs go on for `graceMs`, then aborts them. What does not end then is abandoned. */
  async drain(graceMs: number): Promise<void> {
    await this.wait(graceMs);
    const left = this.working();
    if (left.length === 0) return;
    this.log.aborting(left.length, graceMs);
    for (const { controller } of left) controller.abort(new Error('the node stops'));
    await this.wait(AFTER_ABORT_MS);
    for (const started of this.working()) {
      this.end(started, {
        state: 'abandoned',
        error: {
          name: 'NodeStopped',
          message: `The node stopped, and the handler did not end within ${AFTER_ABORT_MS} ms of its signal.`,
        },
      });
    }
  }

  private working(): Started[] {
    return [...this.started.values()].filter(({ outcome }) => outcome === null);
  }

  private async wait(ms: number): Promise<void> {
    const enough = new AbortController();
    const ended = Promise.all(this.working().map((started) => started.ended));
    await Promise.race([ended, this.clock.sleep(ms, enough.signal)]);
    enough.abort();
  }

  private start(run: ClaimedRun): void {
    const controller = new AbortController();
    const started: Started = {
      run,
      controller,
      startedAt: this.clock.monotonic(),
      tookMs: 0,
      outcome: null,
      ended: this.atRoot(() => this.call(run, controller.signal)).then((outcome) => {
        if (started.outcome === null) this.end(started, outcome);
      }),
    };
    this.started.set(keyOf(run), started);
    this.log.started(run);
  }

  /** Never rejects: whatever the handler does is an outcome. */
  private async call(run: ClaimedRun, signal: AbortSignal): Promise<Omit<Outcome, keyof Claim>> {
    // The handler begins after `start` has written it down.
    await Promise.resolve();
    const task = this.registry.find(run.task);
    const { runId, jobId, payload, cause, fireAt, attempt, fencingToken } = run;
    const context = new TaskContext({
      runId,
      jobId,
      task: run.task,
      payload,
      cause,
      fireAt,
      attempt,
      fencingToken,
      signal,
    });
    try {
      if (!task) throw new Error(`this node does not know the task "${run.task}"`);
      const result = runResult(await context.run(() => task.handler(payload, context)));
      if (result.lost) this.log.resultLost(run, result.lost);
      return { state: 'succeeded', result: result.value };
    } catch (error) {
      return { state: 'failed', error: runError(error) };
    }
  }

  private end(started: Started, outcome: Omit<Outcome, keyof Claim>): void {
    const { runId, attempt } = started.run;
    started.tookMs = Math.round(this.clock.monotonic() - started.startedAt);
    started.outcome = { runId, attempt, ...outcome };
    this.post({ type: 'outcome', outcome: started.outcome });
    this.tellSlots();
  }

  private abort(claim: Claim, reason: string): void {
    const started = this.started.get(keyOf(claim));
    if (!started) return;
    this.log.lost(started.run, reason);
    started.controller.abort(new Error(reason));
  }

  private tellSlots(): void {
    this.post({ type: 'slots', free: Math.max(0, this.concurrency - this.working().length) });
  }

  private tellEnd(claim: Claim, nextFireAt: Date | null): void {
    const ended = this.forget(claim);
    if (ended) this.log.ended(ended, nextFireAt);
  }

  private tellLate(claim: Claim): void {
    const ended = this.forget(claim);
    if (ended) this.log.late(ended);
  }

  private forget(claim: Claim): Ended | null {
    const started = this.started.get(keyOf(claim));
    this.started.delete(keyOf(claim));
    return started?.outcome ? { ...started, outcome: started.outcome } : null;
  }
}

const keyOf = ({ runId, attempt }: Claim) => `${runId}/${attempt}`;
