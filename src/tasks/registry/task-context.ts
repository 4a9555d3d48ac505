import { AsyncLocalStorage } from 'node:async_hooks';
import type { RunCause } from '../domain/run.js';

const current = new AsyncLocalStorage<TaskContext>();

/** What a handler may know of the run that it is: its second argument, and there for all below it. */
export class TaskContext {
  readonly runId!: string;
  readonly jobId!: string;
  readonly task!: string;
  readonly payload!: unknown;
  readonly cause!: RunCause;
  /** The instant that the trigger named, not that of the start. */
  readonly fireAt!: Date;
  /** 1 for the first try. */
  readonly attempt!: number;
  /** For writes to other systems that can refuse a smaller one; null when no leader fired the run. */
  readonly fencingToken!: number | null;
  /** Aborted when the run should end: the node stops, or the run is no longer this node's. */
  readonly signal!: AbortSignal;

  constructor(fields: Omit<TaskContext, 'run'>) {
    Object.assign(this, fields);
  }

  /** Calls `body`, in which and below which `TaskContext.current()` is this context. */
  run<T>(body: () => T): T {
    return current.run(this, body);
  }

  /** The context of the run that is going on here; undefined outside of a run. */
  static current(): TaskContext | undefined {
    return current.getStore();
  }
}
