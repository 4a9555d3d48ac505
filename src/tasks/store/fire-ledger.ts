import type { DueJob, DueJobKey, UnreadableJob } from '../domain/due-job.js';
import type { FirePlan } from '../domain/fire-plan.js';
import type { SkipReason } from '../domain/run.js';
import type { Stretch } from '../domain/stretches.js';
import type { ClaimedRun } from './run-queue.js';

export interface DueJobs {
  readonly jobs: readonly DueJob[];
  /** There may be more that are due as soon. */
  readonly more: boolean;
  /** Ids whose rows cannot be read, with the reason. */
  readonly unreadable: readonly UnreadableJob[];
  readonly pauses: Pauses;
  /** The database's clock. */
  readonly at: Date;
  /** The same in milliseconds, where it is known more exactly. */
  readonly atMs?: number;
}

/** How often a run is tried whose nodes die, if its job does not allow more. */
export const MAX_CRASHES = 5;

export interface Settled {
  readonly abandoned: number;
  /** Pending again. */
  readonly rerun: number;
  /** Those of both, for whoever reads the log. */
  readonly runs: readonly SettledRun[];
}

export interface SettledRun {
  readonly runId: string;
  readonly jobId: string;
  readonly nodeId: string;
  /** The node's name; its id where that is not known. */
  readonly node: string;
  readonly state: 'abandoned' | 'pending';
}

/** A node that has runs, as the ledger knows it. */
export interface NodeAtWork {
  readonly nodeId: string;
  /** Its last sign of life: a text that changes with each; null: it is not known. */
  readonly sign: string | null;
  /** How long that was ago by the database's clock, in ms. */
  readonly silentMs: number;
  /** It has said good-bye, or is not known. */
  readonly isGone: boolean;
  /** Somebody's transaction holds its row, so it cannot give a sign of life now. */
  readonly isHeld: boolean;
}

/** A node that has given no sign of life for long enough to be dead, and has no runs that go on. */
export interface LostNode {
  readonly nodeId: string;
  readonly name: string;
}

/** A node is lost for so many times what makes it dead; then it is not spoken of any more. */
export const LOST_FOR = 4;

export interface NodesAtWork {
  /** All but this one. */
  readonly nodes: readonly NodeAtWork[];
  /** Those without runs, of those that fell silent lately. Nothing is to be settled of them. */
  readonly lost: readonly LostNode[];
  /** How long ago this node gave its last sign of life, by the database's clock, in ms. */
  readonly ownSilenceMs: number;
}

/** When the cluster was paused, as far as it matters to these jobs. */
export interface Pauses {
  /** It is paused now. */
  readonly paused: boolean;
  readonly stretches: readonly Stretch[];
  /** Grows with each pause and resume: a fire decided on another count does nothing. */
  readonly count: number;
}

export interface Fire {
  readonly job: DueJob;
  readonly plan: FirePlan;
  /** Its run may be claimed for this node by the fire itself. Default: it waits to be claimed, by whatever node. */
  readonly here?: boolean;
}

/** A row that a fire wrote, for whoever listens. */
export interface FiredRow {
  readonly runId: string;
  readonly jobId: string;
  readonly fireAt: Date;
  readonly state: 'pending' | 'skipped';
  readonly reason: SkipReason | null;
}

/** How many fire times of a job were skipped, and why. */
export interface Skips {
  readonly jobId: string;
  readonly reason: SkipReason;
  readonly count: number;
}

export interface Fired {
  /** False: this node's token is not in force, or the cluster was paused. Nothing was written. */
  readonly led: boolean;
  /** Jobs whose plan moved. The others had changed, or somebody's transaction holds them. */
  readonly moved: ReadonlySet<string>;
  /** Runs that can be claimed, now or once their jitter is over. */
  readonly pending: number;
  /** Fire times that came while the job was at its limit. */
  readonly skipped: readonly Skips[];
  /** What was written; empty unless it was asked for. */
  readonly rows: readonly FiredRow[];
  /** Runs that are claimed for this node already, of fires that were wanted here. Their rows are not pending. */
  readonly claimed: readonly ClaimedRun[];
  /** The database's clock at the statement. */
  readonly at: Date;
  /** The same in milliseconds, where it is known more exactly. */
  readonly atMs?: number;
}

/** What several statements came to that fired parts of a batch, the first one first. */
export function firedTogether(parts: readonly [Fired, ...Fired[]]): Fired {
  return {
    led: parts.every(({ led }) => led),
    moved: new Set(parts.flatMap(({ moved }) => [...moved])),
    pending: parts.reduce((sum, { pending }) => sum + pending, 0),
    skipped: parts.flatMap(({ skipped }) => skipped),
    rows: parts.flatMap(({ rows }) => rows),
    claimed: parts.flatMap(({ claimed }) => claimed),
    // Each looked at its clock when it began: of the first one it is known when it was asked.
    at: parts[0].at,
    ...(parts[0].atMs !== undefined && { atMs: parts[0].atMs }),
  };
}

/** What the leader reads and writes when it fires. */
export abstract class FireLedger {
  /**
   * Jobs with a fire time up to `withinMs` from now, earliest first, but for `except`.
   *
   * @param from none that are due before this. Default: however long ago
   */
  abstract due(
    withinMs: number,
    most: number,
    except?: readonly DueJobKey[],
    from?: Date,
  ): Promise<DueJobs>;

  /** Moves the plans and writes their rows under the token: of each job all or nothing. */
  abstract fire(
    fencingToken: number,
    pauses: number,
    fires: readonly Fire[],
    wantsRows?: boolean,
  ): Promise<Fired>;

  /**
   * Lets runs that wait for their turn be claimed, the earliest of each job first, as far as its
   * instances allow. How many; null: the token is not in force.
   */
  abstract release(fencingToken: number): Promise<number | null>;

  /**
   * Ends the runs of nodes that have been silent for too long, or lets them be run again if their job
   * wants that. Null: the token is not in force.
   *
   * @param alive nodes that are not to be judged, whatever the database's clock says. Default: none
   */
  abstract settle(fencingToken: number, alive?: readonly string[]): Promise<Settled | null>;

  /** The nodes whose runs may have to be settled. */
  abstract atWork(): Promise<NodesAtWork>;
}
