export { FakeClock } from './fake-clock.js';
export { MemoryClusterStore } from './memory-cluster-store.js';
export { MemoryDatabase, type MemoryDatabaseOptions } from './memory-database.js';
export { memoryEngineStore, type MemoryStoreOptions } from './memory-engine-store.js';
export { MemoryJobStore } from './memory-job-store.js';
export type { MemoryNode } from './memory-node-roster.js';
export { MemoryRunStore } from './memory-run-store.js';
