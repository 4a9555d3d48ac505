import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../domain/clock.js';
import { tasksEvent, type TasksEvent } from '../domain/events.js';
import type { Log } from '../domain/log.js';
import type { RunError } from '../domain/run.js';
import type { NodeTask } from '../registry/node-task.js';
import { TaskContext } from '../registry/task-context.js';
import { processLogger } from './line-of.js';
import { runError } from './outcome-of.js';

interface NodeRun {
  readonly task: NodeTask;
  readonly runId: string;
  readonly fireAt: Date;
  readonly controller: AbortController;
  readonly startedAt: number;
  /** A fire time was skipped because of it, and that was told. */
  hasSkipped: boolean;
  ended: Promise<void>;
}

/**
 * Calls the methods of scope `node`. Their runs are known to this process only, take none of its slots
 * and leave nothing behind but events and lines in the log.
 */
export class NodeRuns {
  private readonly runs = new Set<NodeRun>();
  private readonly atRoot = AsyncLocalStorage.snapshot();
  private count = 0;

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly tell: (event: TasksEvent) => void,
  ) {}

  /** Names of the methods whose runs go on. */
  get working(): readonly string[] {
    return [...this.runs].map(({ task }) => task.name);
  }

  /** Calls the method, unless the call before goes on and that matters. */
  fire(task: NodeTask, fireAt: Date): void {
    const before = [...this.runs].find((run) => run.task === task);
    if (before && task.overlap === 'skip') return this.skip(before, fireAt);
    const run: NodeRun = {
      task,
      fireAt,
      runId: `node-task-${++this.count}`,
      controller: new AbortController(),
      startedAt: this.clock.monotonic(),
      hasSkipped: false,
      ended: Promise.resolve(),
    };
    this.runs.add(run);
    this.log.debug(`Calling ${task.name} on this node, ${run.runId}.`);
    this.tell(tasksEvent('node-task.started', this.clock.now(), told(run)));
    run.ended = this.atRoot(() => this.call(run)).then((error) => this.end(run, error));
  }

  /** Resolves when all runs have ended, or after `ms` milliseconds. */
  async ended(ms: number): Promise<void> {
    if (this.runs.size === 0) return;
    const enough = new AbortController();
    const all = Promise.all([...this.runs].map((run) => run.ended));
    await Promise.race([all, this.clock.sleep(ms, enough.signal)]);
    enough.abort();
  }

  abort(reason: Error): void {
    for (const { controller } of this.runs) controller.abort(reason);
  }

  /** Never rejects. What the method threw; null: nothing. */
  private async call(run: NodeRun): Promise<RunError | null> {
    // The handler begins after `fire` has written it down.
    await Promise.resolve();
    const over = new AbortController();
    void this.limit(run, over.signal);
    const context = this.contextOf(run);
    try {
      await context.run(() => run.task.handler(context.payload, context));
      return null;
    } catch (error) {
      return runError(error);
    } finally {
      over.abort();
    }
  }

  private async limit({ task, controller }: NodeRun, over: AbortSignal): Promise<void> {
    if (task.timeoutMs === null) return;
    await this.clock.sleep(task.timeoutMs, over);
    if (over.aborted) return;
    const message = `The run took longer than its ${task.timeoutMs} ms.`;
    controller.abort(Object.assign(new Error(message), { name: 'TimeoutError' }));
  }

  private contextOf({ task: { name }, runId, fireAt, controller }: NodeRun): TaskContext {
    const fields = {
      runId,
      jobId: name,
      task: name,
      payload: null,
      cause: 'fired',
      fireAt,
      attempt: 1,
      fencingToken: null,
      abortion: controller,
      logger: processLogger(this.log),
      progress: () => undefined,
      inThread: () => Promise.reject(notHere('a worker thread')),
      manager: () => {
        throw notHere("the run's database context");
      },
    } as const;
    return new TaskContext(fields);
  }

  private end(run: NodeRun, error: RunError | null): void {
    const { task, runId, startedAt } = run;
    this.runs.delete(run);
    const durationMs = Math.round(this.clock.monotonic() - startedAt);
    this.tell(tasksEvent('node-task.ended', this.clock.now(), { ...told(run), durationMs, error }));
    const line = `${task.name} ${error ? 'failed' : 'succeeded'} after ${durationMs} ms on this node, ${runId}.`;
    if (error) this.log.error(`${line} ${error.stack ?? error.message}`);
    else this.log.log(line);
  }

  /** Told once for each run in the way: a timer may be far more frequent than its method is fast. */
  private skip(before: NodeRun, fireAt: Date): void {
    const { task, runId } = before;
    this.tell(tasksEvent('node-task.skipped', this.clock.now(), { task: task.name, fireAt }));
    if (before.hasSkipped) return;
    before.hasSkipped = true;
    this.log.warn(
      `${task.name} is still running on this node, ${runId}: its fire times are skipped until it has ` +
        "ended. Make it faster or rarer, or give it overlap: 'allow'.",
    );
  }
}

const told = ({ task, runId, fireAt }: NodeRun) => ({ task: task.name, runId, fireAt });

const notHere = (what: string) =>
  new Error(`A task of scope "node" has no ${what.replace(/^(a|the) /, '')}. Use scope "cluster".`);
