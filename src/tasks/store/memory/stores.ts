import type { Stores } from '../stores.js';
import { MemoryAlarmStore } from './alarms/alarm-store.js';
import { MemoryChangeFeed } from './cluster/change-feed.js';
import { MemoryClusterStore } from './cluster/cluster-store.js';
import type { MemoryDatabase } from './database.js';
import { MemoryJobStore } from './jobs/job-store.js';
import { MemoryRunStore } from './runs/run-store.js';
import { MemoryStatistics } from './sums/statistics.js';

export function memoryStores(database: MemoryDatabase): Stores {
  return {
    jobs: new MemoryJobStore(database),
    runs: new MemoryRunStore(database),
    cluster: new MemoryClusterStore(database),
    changes: new MemoryChangeFeed(database),
    alarms: new MemoryAlarmStore(database),
    statistics: new MemoryStatistics(database),
  };
}
