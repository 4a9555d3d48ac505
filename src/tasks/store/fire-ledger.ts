import type { FirePlan, Stretch } from '../domain/fire-plan.js';
import type { JobPolicy } from '../domain/job.js';
import type { TriggerSpec } from '../domain/triggers/trigger-spec.js';

/** A job as the planner knows it: enough to decide its next fire and to notice any change since. */
export interface DueJob {
  readonly jobId: string;
  readonly task: string;
  readonly trigger: TriggerSpec;
  readonly policy: JobPolicy;
  readonly nextFireAt: Date;
  /** The job's revision and the count of its inserts: a fire that finds others does nothing. */
  readonly revision: number;
  readonly inserts: string;
}

export interface DueJobs {
  readonly jobs: readonly DueJob[];
  /** There may be more that are due as soon. */
  readonly more: boolean;
  /** Ids whose rows cannot be read, with the reason. */
  readonly unreadable: readonly { readonly jobId: string; readonly reason: string }[];
  readonly pauses: Pauses;
  /** The database's clock. */
  readonly at: Date;
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
}

export interface Fired {
  /** False: this node's token is not in force, or the cluster was paused. Nothing was written. */
  readonly led: boolean;
  /** Jobs whose plan moved. The others had changed, or somebody's transaction holds them. */
  readonly moved: ReadonlySet<string>;
  /** Runs that can be claimed now. */
  readonly pending: number;
  /** The database's clock at the statement. */
  readonly at: Date;
}

/** What the leader reads and writes when it fires. */
export abstract class FireLedger {
  /** Jobs with a fire time up to `withinMs` from now, earliest first. */
  abstract due(withinMs: number, most: number): Promise<DueJobs>;

  /** Moves the plans and writes their rows, all in one statement under the token. */
  abstract fire(fencingToken: number, pauses: number, fires: readonly Fire[]): Promise<Fired>;

  /** Ends the runs of nodes that have been silent for too long. Null: the token is not in force. */
  abstract settle(fencingToken: number): Promise<number | null>;

  /** Deletes some of the runs and nodes that are older than the retention. */
  abstract prune(fencingToken: number): Promise<number>;
}
