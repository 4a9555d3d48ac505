import type { Run } from '../../src/tasks/domain/run.js';
import type { AlarmStore } from '../../src/tasks/store/alarm-store.js';
import type { ChangeFeed } from '../../src/tasks/store/change-feed.js';
import type { ClusterStore } from '../../src/tasks/store/cluster-store.js';
import type { EngineStore } from '../../src/tasks/store/engine-store.js';
import type { JobCare, JobStore } from '../../src/tasks/store/job-store.js';
import type { Statistics } from '../../src/tasks/store/statistics.js';
import type { RunStore } from '../../src/tasks/store/run-store.js';

/** What every store under test is made with: longer than any test takes, since its clock is moved. */
export const LEASE_MS = 60_000;
export const DEAD_AFTER_MS = 120_000;
export const ORPHAN_AFTER_MS = 900_000;
export const RETENTION_DAYS = 30;

/** The store as one node sees it. */
export interface TestNode extends EngineStore {
  readonly id: string;
  readonly name: string;
}

/** What a test may write of a run. */
export type AmendedRun = Partial<
  Pick<
    Run,
    'cause' | 'state' | 'held' | 'attempt' | 'runAt' | 'startedAt' | 'finishedAt' | 'handlerAlive'
  >
>;
export interface TestNodeOptions {
  /** The way to the database, where that is a transaction pooler. Default: the store's own. */
  readonly pooler?: string;
  readonly hint?: boolean;
  /** Task → hash of its declaration, or null. Default: one task without. */
  readonly tasks?: Readonly<Record<string, string | null>>;
  /** Id → hash of the jobs that it declares by its configuration. Default: none. */
  readonly jobs?: Readonly<Record<string, string>>;
}

/** A store of one test's own, empty at first. Its clock moves by itself and when told. */
export interface TestStore {
  readonly jobs: JobStore;
  readonly care: JobCare;
  /** What the care for jobs has said. */
  readonly told: readonly string[];
  readonly runs: RunStore;
  readonly cluster: ClusterStore;
  readonly changes: ChangeFeed;
  readonly statistics: Statistics;
  readonly alarms: AlarmStore;
  /** Another node of the cluster, not yet registered. */
  node(name: string, options?: TestNodeOptions): TestNode;
  /** Moves the store's clock, for all of its nodes. */
  advance(ms: number): void;
  /** How often the cluster has started cold. */
  generation(): Promise<number>;
  /** Writes a run's row as no port of this test would. */
  amend(runId: string, run: AmendedRun): Promise<void>;
  /** Makes the row of a job one that this version cannot read. */
  spoil(jobId: string): Promise<void>;
  close(): Promise<void>;
}

export type MakeStore = () => Promise<TestStore>;
