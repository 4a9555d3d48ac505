/**
 * A run: what became of one fire time, or of one request to run now.
 *
 *              claimed            finished
 *   pending ───────────▶ running ──────────▶ succeeded | failed
 *    │    ▲                │  │
 *    │    └────────────────┘  └────────────▶ abandoned    its node died or gave up on it
 *    │      given back: claimed, never started
 *    └────▶ skipped | cancelled
 *
 * A final state is never left.
 */
export const RUN_STATES = [
  'pending',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'abandoned',
  'skipped',
] as const;
export type RunState = (typeof RUN_STATES)[number];

export const RUN_CAUSES = ['fired', 'manual'] as const;
export type RunCause = (typeof RUN_CAUSES)[number];

/** Why a fire time did not run. */
export type SkipReason = 'misfired' | 'overlapped' | 'paused' | 'coalesced' | 'replaced' | 'limit';

/** What a handler threw, as JSON. */
export interface RunError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: RunError;
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
}
