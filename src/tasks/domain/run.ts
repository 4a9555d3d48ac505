/**
 * A run: what became of one fire time, or of one request to run now.
 *
 *              claimed            finished
 *   pending ───────────▶ running ──────────▶ succeeded | failed | timed-out | cancelled
 *    │    ▲                │  │
 *    │    └────────────────┘  └────────────▶ abandoned    its node died or gave up on it
 *    │      given back, to be tried again, or to be run again after a crash
 *    └────▶ skipped | cancelled | failed (superseded by the next fire while it waited for its retry)
 *
 * A final state is never left.
 */
export const RUN_STATES = [
  'pending',
  'running',
  'succeeded',
  'failed',
  'timed-out',
  'cancelled',
  'abandoned',
  'skipped',
] as const;
export type RunState = (typeof RUN_STATES)[number];

/** What asked for it: its trigger, somebody, a backfill, or an operator's retry of another run. */
export const RUN_CAUSES = ['fired', 'manual', 'backfill', 'retry'] as const;
export type RunCause = (typeof RUN_CAUSES)[number];

/** Why a fire time did not run. */
export type SkipReason =
  | 'misfired'
  | 'overlapped'
  | 'paused'
  | 'coalesced'
  | 'replaced'
  | 'orphaned'
  | 'limit';

/** How far a run has come, as its handler tells. */
export interface Progress {
  /** From 0 to 100. */
  readonly percent: number;
  readonly note: string | null;
}

/** What a handler threw, as JSON. */
export interface RunError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: RunError;
  /** Of several that failed together, as `Promise.any` tells them. */
  readonly errors?: readonly RunError[];
  /** What else it bears, such as `code`, `status` or `detail`. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

export interface Run {
  /** A decimal string: the number may not fit into a JavaScript number. */
  readonly id: string;
  readonly jobId: string;
  readonly task: string;
  readonly cause: RunCause;
  /** The instant that the trigger named; for a manual run, when it was asked for. */
  readonly fireAt: Date;
  /** Not to be started before. */
  readonly runAt: Date;
  readonly state: RunState;
  readonly reason: string | null;
  /** A skipped row may stand for a range of fire times, both bounds among them. */
  readonly coversFrom: Date | null;
  readonly coversTo: Date | null;
  /** How many fire times the range holds; null beyond 10,000. */
  readonly coversCount: number | null;
  readonly attempt: number;
  readonly nodeId: string | null;
  readonly fencingToken: number | null;
  readonly priority: number;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly error: RunError | null;
  readonly result: unknown;
  readonly progress: Progress | null;
  /** The run that an operator's retry repeats. */
  readonly retryOf: string | null;
  readonly backfillId: string | null;
  /** Somebody has asked for its end, and its handler has not ended yet. */
  readonly cancelRequestedAt: Date | null;
  /** It waits for its turn, or for its job to be resumed. */
  readonly held: 'buffered' | 'paused' | null;
  /** It ran out of time, and its handler goes on nevertheless. */
  readonly handlerAlive: boolean;
}

/** Of a run, what became of it and how long that took. */
export type BriefRun = Pick<
  Run,
  'id' | 'state' | 'reason' | 'cause' | 'fireAt' | 'runAt' | 'startedAt' | 'finishedAt'
>;

/** An attempt of a run before its last one. */
export interface RunAttempt {
  readonly attempt: number;
  readonly nodeId: string | null;
  readonly state: RunState;
  readonly startedAt: Date | null;
  readonly finishedAt: Date;
  readonly error: RunError | null;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A line that a handler wrote to its context's logger. */
export interface RunLine {
  /** Grows from line to line, over all runs. */
  readonly id: string;
  readonly attempt: number;
  readonly at: Date;
  readonly level: LogLevel;
  readonly message: string;
}
