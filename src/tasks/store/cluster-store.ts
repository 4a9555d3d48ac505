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
  /** Not stopped, and heard of within `TASKS_DEAD_AFTER_MS`. */
  readonly alive: boolean;
}

export interface LeaderTerm {
  readonly fencingToken: number;
  readonly nodeId: string;
  readonly nodeName: string;
  readonly acquiredAt: Date;
}

export interface LeaderInfo {
  /** Null while nobody leads. */
  readonly nodeId: string | null;
  readonly nodeName: string | null;
  readonly fencingToken: number;
  readonly acquiredAt: Date | null;
  readonly expiresAt: Date | null;
  /** Who led before, newest first. */
  readonly history: readonly LeaderTerm[];
}

export interface ClusterState {
  readonly paused: boolean;
  readonly pauseReason: string | null;
  /** The database's clock. */
  readonly now: Date;
}

/** The cluster as a whole. */
export abstract class ClusterStore {
  abstract state(): Promise<ClusterState>;
  abstract leader(): Promise<LeaderInfo>;
  abstract nodes(): Promise<readonly NodeInfo[]>;
  /** Once this resolves, nothing is fired and nothing is claimed until `resume`. */
  abstract pause(reason: string | null): Promise<void>;
  abstract resume(): Promise<void>;
}
