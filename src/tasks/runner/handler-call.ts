import { chanceOf, retryDelayMs } from '../domain/retry.js';
import type { RunError } from '../domain/run.js';
import { TaskContext, type TaskHandler } from '../registry/task-context.js';
import type { ClaimedRun } from '../store/run-queue.js';
import { CancelledBeforeCommit } from '../store/run-transactions.js';
import { cancelled, claimLost, type Ending } from './ending.js';
import { factsOf } from './facts-of.js';
import type { HandlerOutcome } from './handler-outcome.js';
import { runError, runResult } from './outcome-of.js';
import type { RunnerOptions } from './runner-options.js';
import type { StartedRun } from './started-run.js';

/** Calls handlers, and says what their ends mean. */
export class HandlerCall {
  constructor(
    private readonly options: RunnerOptions,
    private readonly resultLost: (run: ClaimedRun, reason: string) => void,
  ) {}

  /** Never rejects: whatever the handler does is an outcome. */
  async outcome(started: StartedRun, handler: TaskHandler | undefined): Promise<HandlerOutcome> {
    const span = this.options.openSpan(started.run);
    const outcome = await span.within(() => this.called(started, handler));
    span.end(outcome);
    return outcome;
  }

  private async called(
    started: StartedRun,
    handler: TaskHandler | undefined,
  ): Promise<HandlerOutcome> {
    const { run } = started;
    try {
      if (!handler) throw new Error(`this node does not know the task "${run.task}"`);
      const context = this.contextOf(started);
      const body = () => context.run(() => handler(context.payload, context));
      const result = run.policy.transactional
        ? await this.inTransaction(started, body)
        : await this.kept(started, body);
      return started.ending?.state
        ? this.ended(run, started.ending)
        : { state: 'succeeded', result };
    } catch (thrown) {
      started.end();
      if (started.ending?.state) return this.ended(run, started.ending, thrown);
      if (thrown instanceof CancelledBeforeCommit) {
        const ending = cancelled(thrown.why);
        return this.ended(run, ending);
      }
      return withRetry(run, { state: 'failed', error: this.errorOf(thrown) });
    }
  }

  /**
   * The handler goes on although its signal was aborted. Such a run is not tried again: it would run
   * beside itself.
   */
  ignored({ state, error }: Ending): HandlerOutcome {
    return { state: state ?? 'failed', error: this.errorOf(error), handlerAlive: true };
  }

  /** @param thrown what the handler threw when it was told to end, which is kept as the cause */
  private ended(run: ClaimedRun, ending: Ending, thrown: unknown = ending.error): HandlerOutcome {
    const cause = thrown === ending.error ? {} : { cause: this.errorOf(thrown) };
    const error = { ...this.errorOf(ending.error), ...cause };
    return ending.state === 'timed-out'
      ? withRetry(run, { state: 'timed-out', error })
      : { state: 'cancelled', error };
  }

  private errorOf(thrown: unknown): RunError {
    return runError(thrown, this.options.redact);
  }

  /** What the handler returns, as it is kept. It is not called when its time was over before. */
  private async kept(started: StartedRun, body: () => unknown): Promise<unknown> {
    started.throwIfAborted();
    const result = runResult(await body(), this.options.redact);
    started.end();
    if (result.lost) this.resultLost(started.run, result.lost);
    return result.value;
  }

  private async inTransaction(started: StartedRun, body: () => unknown): Promise<unknown> {
    const { transactions } = this.options;
    if (!transactions) {
      throw new Error(
        `The job "${started.run.jobId}" is transactional, and this node knows no DataSource of the ` +
          'host. Import TypeOrmModule, or give TasksModule the option "dataSource".',
      );
    }
    let result: unknown;
    const inside = async () => {
      result = await this.kept(started, body);
      // Its time was over before it had done its work: what it wrote must not stay.
      if (started.ending !== null || started.outcome !== null) started.throwIfAborted();
      return result;
    };
    const isRecorded = await transactions.run(started.run, inside, started.unawaited);
    if (!isRecorded) throw claimLost().error;
    return result;
  }

  private contextOf(started: StartedRun): TaskContext {
    const { run, reports } = started;
    const { manager, inThread } = this.options;
    const context: TaskContext = new TaskContext({
      ...factsOf(run, reports),
      abortion: started,
      manager,
      inThread: (entry, given) => {
        const { runId, jobId, task, cause, fireAt, attempt } = run;
        const { idempotencyKey } = context;
        const told = { runId, jobId, task, cause, fireAt, attempt, idempotencyKey };
        return inThread(entry, given, told, started.signal);
      },
    });
    return context;
  }
}

function withRetry(
  { runId, attempt, policy }: ClaimedRun,
  outcome: HandlerOutcome & { readonly error: RunError },
): HandlerOutcome {
  const chance = chanceOf(`${runId}/${attempt}`);
  const retryInMs = retryDelayMs(policy.retry, attempt, outcome.error.name, chance);
  return retryInMs === null ? outcome : { ...outcome, retryInMs };
}
