import type { ClusterStore } from '../../src/tasks/store/cluster-store.js';
import type { EngineStore } from '../../src/tasks/store/engine-store.js';
import type { JobStore } from '../../src/tasks/store/job-store.js';
import type { RunStore } from '../../src/tasks/store/run-store.js';

/** What every store under test is made with: longer than any test takes, since its clock is moved. */
export const LEASE_MS = 60_000;
export const DEAD_AFTER_MS = 120_000;
export const RETENTION_DAYS = 30;

/** The store as one node sees it. */
export interface TestNode extends EngineStore {
  readonly id: string;
  readonly name: string;
}

/** A store of one test's own, empty at first. Its clock moves by itself and when told. */
export interface TestStore {
  readonly jobs: JobStore;
  readonly runs: RunStore;
  readonly cluster: ClusterStore;
  /** Another node of the cluster, not yet registered. */
  node(name: string, options?: { readonly hint?: boolean }): TestNode;
  /** Moves the store's clock, for all of its nodes. */
  advance(ms: number): void;
  /** How often the cluster has started cold. */
  generation(): Promise<number>;
  /** Makes the row of a job one that this version cannot read. */
  spoil(jobId: string): Promise<void>;
  close(): Promise<void>;
}

export type MakeStore = () => Promise<TestStore>;
