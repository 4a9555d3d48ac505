import { SECRET_KEYS } from '../domain/redact.js';
import type { TasksEvent } from '../domain/events.js';
import type { TaskContextFields } from '../registry/task-context.js';
import type { RunTransactions } from '../store/run-transactions.js';
import { NO_SPAN, type OpenSpan } from './tracing/run-span.js';

/** What a runner may be given. */
export interface RunnerOptions {
  /** What stands under such a key of a result is not kept. Default: `SECRET_KEYS`. */
  readonly redact: readonly RegExp[];
  /** Hears what happens to runs. Default: nobody. */
  readonly emit: (event: TasksEvent) => void;
  /** Begins the span of an attempt. Default: nothing is traced. */
  readonly openSpan: OpenSpan;
  /** Default: none; then transactional runs fail. */
  readonly transactions: RunTransactions | null;
  /** The host's `EntityManager`. Default: throws, for there is none. */
  readonly manager: TaskContextFields['manager'];
  /** Calls functions in worker threads. Default: throws. */
  readonly inThread: (...call: ThreadCall) => Promise<unknown>;
}

/** What to call, with what, for which run, and what ends it. */
export type ThreadCall = [
  entry: Parameters<TaskContextFields['inThread']>[0],
  payload: unknown,
  run: ThreadRun,
  signal: AbortSignal,
];

/** What the function in a worker thread is told of its run: its second argument. */
export type ThreadRun = Pick<
  TaskContextFields,
  'runId' | 'jobId' | 'task' | 'cause' | 'fireAt' | 'attempt'
> & { readonly idempotencyKey: string };

const missing = (what: string) => (): never => {
  throw new Error(`This node has no ${what}.`);
};

export const runnerOptions = (given: Partial<RunnerOptions>): RunnerOptions => ({
  redact: SECRET_KEYS,
  emit: () => undefined,
  openSpan: () => NO_SPAN,
  transactions: null,
  manager: missing('database of the host'),
  inThread: missing('worker threads'),
  ...given,
});
