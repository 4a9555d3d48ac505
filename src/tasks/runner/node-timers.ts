import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../domain/clock.js';
import type { TasksEvent } from '../domain/events.js';
import type { Log } from '../domain/log.js';
import { triggerOf } from '../triggers/parse-trigger.js';
import { periodMs } from '../triggers/trigger-spec.js';
import type { NodeTask } from '../registry/node-task.js';
import type { TaskRegistry } from '../registry/task-registry.js';
import { NodeRuns } from './node-runs.js';
import { keepTime } from './node-timer.js';

/** How long a method whose signal was aborted may still take to end, in ms. */
const AFTER_ABORT_MS = 1_000;

/**
 * The timers of this process: methods of scope `node`. They need no database and no leader, and run on
 * every node with the role `worker`, as often as there are nodes. None of the promises that hold for
 * jobs holds for them.
 *
 * `start` and `drain` may be called again, in turn. An interval then begins anew; what is called once
 * after the start of the process has had its turn.
 */
export class NodeTimers {
  private readonly runs: NodeRuns;
  private readonly done = new Set<NodeTask>();
  private stopping: AbortController | null = null;
  /** A method must not see the request in whose context the node happens to be started. */
  private readonly atRoot = AsyncLocalStorage.snapshot();

  constructor(
    private readonly registry: TaskRegistry,
    private readonly clock: Clock,
    private readonly log: Log,
    tell: (event: TasksEvent) => void,
  ) {
    this.runs = new NodeRuns(clock, log, tell);
  }

  start(): void {
    if (this.stopping) return;
    this.stopping = new AbortController();
    const { signal } = this.stopping;
    for (const task of this.registry.nodeTasks()) {
      if (!task.disabled && !this.done.has(task)) void this.atRoot(() => this.keep(task, signal));
    }
  }

  /** Fires nothing more, lets runs go on for `graceMs`, then aborts them. */
  async drain(graceMs: number): Promise<void> {
    this.stopping?.abort();
    this.stopping = null;
    await this.runs.ended(graceMs);
    if (this.runs.working.length === 0) return;
    this.log.warn(
      `Stopping: ${this.runs.working.join(', ')} are still running after ${graceMs} ms and are aborted.`,
    );
    this.runs.abort(Object.assign(new Error('the node stops'), { name: 'NodeStopped' }));
    await this.runs.ended(AFTER_ABORT_MS);
    const left = this.runs.working;
    if (left.length > 0)
      this.log.error(`${left.join(', ')} did not end when told to. They are left running.`);
  }

  /** Never rejects: a timer that cannot go on says so and ends, without the others. */
  private async keep(task: NodeTask, signal: AbortSignal): Promise<void> {
    try {
      await this.clock.sleep(task.initialDelayMs, signal);
      if (!signal.aborted) await this.time(task, signal);
    } catch (error) {
      this.log.error(
        `The timer of ${task.name} has stopped, until the node starts anew: ${String(error)}`,
      );
    }
  }

  private async time(task: NodeTask, signal: AbortSignal): Promise<void> {
    const { trigger, name } = task;
    const startedAt = this.clock.now();
    const fire = (fireAt: Date) => this.runs.fire(task, fireAt);
    if (task.runAtStart) fire(startedAt);
    if (trigger.type === 'start') {
      await this.clock.sleep(trigger.delayMs, signal);
      if (signal.aborted) return;
      this.done.add(task);
      return fire(new Date(startedAt.getTime() + trigger.delayMs));
    }
    if (trigger.type !== 'interval') {
      const wall = () => this.clock.now();
      return keepTime(
        triggerOf(trigger, { seed: name }),
        startedAt,
        wall,
        this.clock,
        signal,
        fire,
      );
    }
    // From its start on, by a clock that nobody sets.
    const offset = startedAt.getTime() - this.clock.monotonic();
    const steady = () => new Date(offset + this.clock.monotonic());
    const startAt = new Date(startedAt.getTime() + periodMs(trigger)).toISOString();
    const grid = triggerOf({ ...trigger, startAt });
    return keepTime(grid, startedAt, steady, this.clock, signal, fire);
  }
}
