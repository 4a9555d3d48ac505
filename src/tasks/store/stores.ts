import type { AlarmStore } from './alarm-store.js';
import type { ChangeFeed } from './change-feed.js';
import type { ClusterStore } from './cluster-store.js';
import type { JobStore } from './job-store.js';
import type { RunStore } from './run-store.js';
import type { Statistics } from './statistics.js';

/** Under which a backend is provided. */
export const STORES = Symbol('carillon: stores');

/**
 * One backend, as its users ask for it. What the engine itself
 * remembers by is its `EngineStore`.
 */
export interface Stores {
  readonly jobs: JobStore;
  readonly runs: RunStore;
  readonly cluster: ClusterStore;
  readonly changes: ChangeFeed;
  readonly statistics: Statistics;
  readonly alarms: AlarmStore;
}
