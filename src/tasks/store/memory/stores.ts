import type { Log } from '../../domain/log.js';
import type { Stores } from '../stores.js';
import { MemoryChangeFeed } from './cluster/change-feed.js';
import { MemoryClusterStore } from './cluster/cluster-store.js';
import type { MemoryDatabase } from './database.js';
import { MemoryJobCare } from './jobs/job-care.js';
import { MemoryJobStore } from './jobs/job-store.js';
import { MemoryRunStore } from './runs/run-store.js';

/** @param orphanAfterMs after how long a job that nobody knows becomes an orphan */
export function memoryStores(database: MemoryDatabase, orphanAfterMs: number, log: Log): Stores {
  return {
    jobs: new MemoryJobStore(database),
    care: new MemoryJobCare(database, orphanAfterMs, log),
    runs: new MemoryRunStore(database),
    cluster: new MemoryClusterStore(database),
    changes: new MemoryChangeFeed(database),
  };
}
