import type { Stores } from '../stores.js';
import { PostgresAlarmStore } from './alarms/alarm-store.js';
import { PostgresChangeFeed } from './cluster/change-feed.js';
import { PostgresClusterStore } from './cluster/cluster-store.js';
import type { ClockShift } from './database-time.js';
import { PostgresJobStore } from './jobs/job-store.js';
import { PostgresRunStore } from './runs/run-store.js';
import type { SchemaName } from './schema-name.js';
import { PostgresStatistics } from './sums/statistics.js';
import type { TasksDatabase } from './tasks-database.js';

export function postgresStores(
  database: TasksDatabase,
  schema: SchemaName,
  shift: ClockShift,
  deadAfterMs: number,
): Stores {
  const statistics = new PostgresStatistics(database, schema, shift);
  return {
    jobs: new PostgresJobStore(database, schema, shift, deadAfterMs),
    runs: new PostgresRunStore(database, schema, shift),
    cluster: new PostgresClusterStore(database, schema, shift, deadAfterMs, statistics),
    changes: new PostgresChangeFeed(database, schema, shift),
    alarms: new PostgresAlarmStore(database, schema, shift),
    statistics,
  };
}
