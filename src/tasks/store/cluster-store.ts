import type { Percentiles } from '../domain/histogram.js';
import type { Obstacles, Transaction, Troubles } from '../domain/problems/situation.js';
import type { Author } from '../domain/job-requests.js';
import type { Page, PageQuery } from './page.js';

/** One process of the application, as the cluster sees it. */
export interface NodeInfo {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly roles: readonly string[];
  /** Ids of the tasks that it can run. */
  readonly tasks: readonly string[];
  readonly startedAt: Date;
  readonly heartbeatAt: Date;
  readonly stoppedAt: Date | null;
  /** Somebody wants it to take no more runs. */
  readonly draining: boolean;
  /** How late its event loop came round at worst of late, in ms; null: it does not tell. */
  readonly loopLagMs: number | null;
  /** Since when its event loop is blocked: it starts no run. Null: it is not. */
  readonly blockedSince: Date | null;
  /** What blocks it, in words; null: nothing, or it is not known. */
  readonly blockedBy: string | null;
  /** How many runs it works on at once; null: it does not tell. */
  readonly slots: number | null;
  /** How many runs are going on in its name. */
  readonly running: number;
  /** By how much the database's clock is ahead of its own, in ms; null: it does not tell. */
  readonly clockOffsetMs: number | null;
  /** How long ago it gave its last sign of life, in ms. */
  readonly beatAgeMs: number;
  /** Not stopped, and heard of within `TASKS_DEAD_AFTER_MS`. */
  readonly alive: boolean;
}

export interface LeaderTerm {
  readonly fencingToken: number;
  readonly nodeId: string;
  readonly nodeName: string;
  readonly acquiredAt: Date;
  /** How the lock was taken: it was `free or expired`, or the holder's `session ended`. */
  readonly how: string;
}

export interface LeaderInfo {
  /** Null while nobody leads. */
  readonly nodeId: string | null;
  readonly nodeName: string | null;
  readonly fencingToken: number;
  readonly acquiredAt: Date | null;
  readonly expiresAt: Date | null;
  /** Since when nobody leads: when the last lease ended; null: somebody does, or gave the lead back. */
  readonly vacantSince: Date | null;
  /** For how long a lease is granted, in ms. */
  readonly leaseMs: number;
  /** A session holds the hint, so the holder's death is noticed at once. */
  readonly hinted: boolean;
  /** How often the cluster has started cold, and when it did last. */
  readonly generation: number;
  readonly generationAt: Date | null;
  /** Who led before, newest first. */
  readonly history: readonly LeaderTerm[];
}

export interface ClusterState {
  readonly paused: boolean;
  readonly pauseReason: string | null;
  readonly pausedSince: Date | null;
  /** The database's clock. */
  readonly now: Date;
}

/** What somebody changed. */
export interface AuditRow {
  readonly id: string;
  readonly at: Date;
  /** `code` for the host's own. */
  readonly actor: string;
  /** Such as `job.pause`. */
  readonly action: string;
  readonly jobId: string | null;
  readonly runId: string | null;
  readonly reason: string | null;
  readonly details: unknown;
}

export interface AuditQuery extends PageQuery {
  readonly job?: string;
  readonly actor?: string;
  readonly action?: string;
  readonly run?: string;
  /** Changes from this instant on. */
  readonly from?: Date;
  /** Changes before this instant. */
  readonly to?: Date;
}

export interface ClusterStats {
  /** By state. */
  readonly jobs: Readonly<Record<string, number>>;
  /** By state: those that ended since `since`, and those that are open now, up to 10,000 of each. */
  readonly runs: Readonly<Record<string, number>>;
  /** The beginning of the hour 24 hours ago. */
  readonly since: Date;
  /** What ended later is not counted yet. */
  readonly countedTo: Date;
  /** How late runs started that ended since `since`; null: none did. */
  readonly lagMs: Percentiles | null;
  /** How long they took. */
  readonly durationMs: Percentiles | null;
  readonly backlog: {
    /** Runs that could start now. */
    readonly pending: number;
    /** Not to be started before, of the one that has waited longest; null: none waits. */
    readonly oldestRunAt: Date | null;
  };
  readonly liveNodes: number;
  readonly now: Date;
}

/** So many jobs of a kind are named; the others are counted, up to 10,000. */
export const MAX_NAMED = 20;

/** What of the audit is a request for a run. */
export const REQUESTS = ['job.run', 'run.retry'] as const;

/** What of the audit is a request for the many runs of a backfill. */
export const BACKFILL = 'job.backfill';

/** What of the audit was refused, so that nothing has changed. */
export const REFUSED = 'access.refuse';

export type { Obstacles, Transaction, Troubles };

/** The cluster as a whole. */
export abstract class ClusterStore {
  abstract state(): Promise<ClusterState>;
  abstract leader(): Promise<LeaderInfo>;
  abstract nodes(): Promise<readonly NodeInfo[]>;
  /** Once this resolves, nothing is fired and nothing is claimed until `resume`. */
  abstract pause(reason: string | null, by?: Author): Promise<void>;
  abstract resume(by?: Author): Promise<void>;
  /** Gives back the lead in the name of the node that has it, whichever that is. */
  abstract resign(by?: Author): Promise<void>;
  /** Lets a node take no more runs, or take them again. @throws NodeNotFoundError */
  abstract drain(nodeId: string, drain: boolean, by?: Author): Promise<void>;
  /** Writes down what is done elsewhere, such as a stop of a node, or was refused. */
  abstract note(action: string, details: object, by?: Author): Promise<void>;
  /** Ends a session of a browser before its time. */
  abstract endSession(id: string, endsAt: Date): Promise<void>;
  abstract hasEnded(sessionId: string): Promise<boolean>;
  /** Newest first. */
  abstract audit(query: AuditQuery): Promise<Page<AuditRow>>;
  /** Who asked for these runs by hand, for a retry that they are, or for their backfill, by the run's id. */
  abstract requests(runIds: readonly string[]): Promise<ReadonlyMap<string, AuditRow>>;
  abstract stats(): Promise<ClusterStats>;
  /** What is wrong with jobs and runs, in one look. */
  abstract troubles(): Promise<Troubles>;
  abstract obstacles(): Promise<Obstacles>;
}
