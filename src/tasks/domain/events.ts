import type { RunCause, RunError, SkipReason } from './run.js';

interface OfJob {
  readonly jobId: string;
}

interface OfRun extends OfJob {
  readonly runId: string;
  readonly fireAt: Date;
}

interface OfAttempt extends OfRun {
  readonly attempt: number;
  readonly cause: RunCause;
}

interface Ended extends OfAttempt {
  readonly durationMs: number;
}

/** Of a timer of scope `node`: it has no job, and nothing of it is in the ledger. */
interface OfNodeTask {
  readonly task: string;
  readonly fireAt: Date;
}

interface OfNodeTaskRun extends OfNodeTask {
  /** Of this process, such as `node-task-3`. */
  readonly runId: string;
}

/**
 * What happens, by name. An event is told on the node where it happens: fires by the leader, runs by
 * the node that runs them, changes of jobs by the node that was asked for them.
 *
 * | in APScheduler              | here                                                              |
 * | --------------------------- | ----------------------------------------------------------------- |
 * | `EVENT_SCHEDULER_STARTED`   | `node.started`                                                    |
 * | `EVENT_SCHEDULER_SHUTDOWN`  | `node.stopping` when it begins, `node.stopped` when it is done    |
 * | `EVENT_SCHEDULER_PAUSED`    | `cluster.paused`                                                  |
 * | `EVENT_SCHEDULER_RESUMED`   | `cluster.resumed`                                                 |
 * | `EVENT_EXECUTOR_ADDED`      | none: every worker runs every task that it knows                  |
 * | `EVENT_EXECUTOR_REMOVED`    | none                                                              |
 * | `EVENT_JOBSTORE_ADDED`      | none: there is one store; `database.back` when it answers again   |
 * | `EVENT_JOBSTORE_REMOVED`    | none; `database.lost` when it does not answer                     |
 * | `EVENT_ALL_JOBS_REMOVED`    | `jobs.removed`                                                    |
 * | `EVENT_JOB_ADDED`           | `job.added`                                                       |
 * | `EVENT_JOB_REMOVED`         | `job.removed`                                                     |
 * | `EVENT_JOB_MODIFIED`        | `job.modified`; also `job.paused`, `job.resumed`                  |
 * | `EVENT_JOB_SUBMITTED`       | `run.fired` when it is recorded, `run.started` when it begins     |
 * | `EVENT_JOB_EXECUTED`        | `run.succeeded`                                                   |
 * | `EVENT_JOB_ERROR`           | `run.failed`, `run.timed-out`, `run.abandoned`; `run.retrying`    |
 * | `EVENT_JOB_MISSED`          | `run.skipped` with the reason `misfired`                          |
 * | `EVENT_JOB_MAX_INSTANCES`   | `run.skipped` with the reason `overlapped`                        |
 */
export interface TasksEvents {
  /** The node is at work. */
  'node.started': { readonly nodeId: string };
  'node.stopping': { readonly nodeId: string };
  'node.stopped': { readonly nodeId: string };
  /** Its event loop came round again after `ms` milliseconds. `by`: what blocked it, as far as is known. */
  'node.blocked': {
    readonly nodeId: string;
    readonly since: Date;
    readonly ms: number;
    readonly by: string | null;
  };
  'leader.acquired': { readonly nodeId: string };
  'leader.lost': { readonly nodeId: string };
  'database.lost': { readonly reason: string };
  'database.back': object;
  'cluster.paused': { readonly reason: string | null };
  'cluster.resumed': object;
  'job.added': OfJob;
  'job.modified': OfJob & { readonly revision: number };
  'job.paused': OfJob & { readonly reason: string | null; readonly until: Date | null };
  'job.resumed': OfJob;
  'job.removed': OfJob;
  /** All that were made at run time. */
  'jobs.removed': { readonly count: number };
  'job.ran': OfRun;
  'job.backfilled': OfJob & { readonly backfillId: string; readonly count: number };
  'job.unreadable': OfJob & { readonly reason: string };
  /** A run was recorded for a fire time. */
  'run.fired': OfRun;
  /** A fire time does not run; `fireAt` is the last one of a range. */
  'run.skipped': OfRun & { readonly reason: SkipReason };
  /** `runAt`: it was not to start before; what came later is lag. */
  'run.started': OfAttempt & { readonly runAt: Date };
  'run.succeeded': Ended & { readonly result: unknown };
  'run.failed': Ended & { readonly error: RunError };
  'run.timed-out': Ended & { readonly error: RunError };
  'run.cancelled': Ended & { readonly error: RunError };
  'run.abandoned': Ended & { readonly error: RunError };
  /** It failed or ran out of time, and is tried again. */
  'run.retrying': Ended & { readonly error: RunError; readonly retryInMs: number };
  /** The run was given up while its handler went on; its outcome does not count. */
  'run.lost': OfAttempt & { readonly reason: string };
  'node-task.started': OfNodeTaskRun;
  /** `error` is null when it went well. */
  'node-task.ended': OfNodeTaskRun & {
    readonly durationMs: number;
    readonly error: RunError | null;
  };
  /** Its run before was still running. */
  'node-task.skipped': OfNodeTask;
}

export type TasksEventName = keyof TasksEvents;

/** One event, as plain data. */
export type TasksEvent = {
  readonly [Name in TasksEventName]: {
    readonly name: Name;
    readonly at: Date;
    readonly data: TasksEvents[Name];
  };
}[TasksEventName];

/** The events of a name; all of them for `*`. */
export type TasksEventOf<Name extends TasksEventName | '*'> = Name extends '*'
  ? TasksEvent
  : Extract<TasksEvent, { readonly name: Name }>;

/** An event, with its data checked against its name. */
export function tasksEvent<Name extends TasksEventName>(
  name: Name,
  at: Date,
  data: TasksEvents[Name],
): TasksEvent {
  // TypeScript does not follow that the three belong together.
  return { name, at, data } as TasksEvent;
}
