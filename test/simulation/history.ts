import type { JobPolicy } from '../../src/tasks/domain/job.js';
import type { Run } from '../../src/tasks/domain/run.js';
import type { Misses } from '../../src/tasks/domain/job-requests.js';
import type { TriggerSpec } from '../../src/tasks/triggers/trigger-spec.js';

/**
 * What a cluster did, as plain data: what the ledger says, and what was written down outside of it.
 * The simulation makes one from its in-memory database, the fault harness from a real one. All
 * instants are the database's.
 */
export interface History {
  readonly now: Date;
  readonly jobs: readonly JobHistory[];
  /** The whole ledger, by id. */
  readonly runs: readonly Run[];
  readonly starts: readonly HandlerStart[];
  readonly ends: readonly HandlerEnd[];
  /** Terms of leaders, oldest first. */
  readonly terms: readonly { readonly fencingToken: number; readonly nodeId: string }[];
  readonly lock: { readonly nodeId: string | null; readonly expiresAt: Date | null };
  readonly nodes: readonly NodeHistory[];
  readonly stops: readonly Stop[];
  /** Runs asked for by hand in spite of the job's limit. */
  readonly unlimited: readonly string[];
  /** Since when nothing is broken; null: something is. */
  readonly calmSince: Date | null;
  readonly bounds: Bounds;
}

/** One id, also when it was removed and made again: with the same policy then. */
export interface JobHistory {
  readonly id: string;
  readonly policy: JobPolicy;
  readonly plans: readonly PlanStretch[];
  /** As the plan's row has it. */
  readonly nextFireAt: Date | null;
  readonly lastFireAt: Date | null;
  /** Since when it has been paused: what comes after is in the ledger once it is resumed. */
  readonly idleSince: Date | null;
}

/** Between two edits: the fire times in (after, until] are this plan's. */
export interface PlanStretch {
  readonly trigger: TriggerSpec;
  readonly after: Date;
  /** Null: the plan in force, whose fire times are accounted for up to `nextFireAt`. */
  readonly until: Date | null;
}

/** Written by the handler itself, first thing. */
export interface HandlerStart {
  readonly runId: string;
  readonly jobId: string;
  readonly fireAt: Date;
  readonly attempt: number;
  readonly nodeId: string;
  readonly at: Date;
}

/** Written by the handler itself, last thing. */
export interface HandlerEnd extends HandlerStart {
  /** What its return or its throw means. */
  readonly state: 'succeeded' | 'failed';
}

export interface NodeHistory {
  readonly id: string;
  /** When its process ended; null: it goes on. */
  readonly endedAt: Date | null;
}

/** An acknowledged pause or removal: from the answer until the resumption or new creation. */
export interface Stop {
  readonly what: 'cluster paused' | 'job paused' | 'job removed';
  /** Null: the whole cluster. */
  readonly jobId: string | null;
  readonly from: Date;
  readonly to: Date | null;
  /** What was to be made up for when a job's pause was lifted; not said: nothing is known of it. */
  readonly misses?: Misses;
}

/** What is promised, in milliseconds after everything is well again. */
export interface Bounds {
  /** Until there is one leader and fires flow. */
  readonly takeOverMs: number;
  /** Until the runs of nodes that are gone have been ended. */
  readonly settleMs: number;
  /** For how long a node must be silent before it counts as dead. */
  readonly deadAfterMs: number;
  /** How late a fire or an answer may be in calm times. */
  readonly slackMs: number;
}
