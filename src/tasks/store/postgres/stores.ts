import type { Log } from '../../domain/log.js';
import type { CareOptions } from '../../domain/care-decision.js';
import type { Stores } from '../stores.js';
import { PostgresChangeFeed } from './cluster/change-feed.js';
import { PostgresClusterStore } from './cluster/cluster-store.js';
import type { ClockShift } from './database-time.js';
import { PostgresJobCare } from './jobs/job-care.js';
import { PostgresJobStore } from './jobs/job-store.js';
import { PostgresRunStore } from './runs/run-store.js';
import type { SchemaName } from './schema-name.js';
import type { TasksDatabase } from './tasks-database.js';

export function postgresStores(
  database: TasksDatabase,
  schema: SchemaName,
  shift: ClockShift,
  options: CareOptions,
  log: Log,
): Stores {
  const { deadAfterMs } = options;
  return {
    jobs: new PostgresJobStore(database, schema, shift, deadAfterMs),
    care: new PostgresJobCare(database, schema, shift, options, log),
    runs: new PostgresRunStore(database, schema, shift),
    cluster: new PostgresClusterStore(database, schema, shift, deadAfterMs),
    changes: new PostgresChangeFeed(database, schema, shift),
  };
}
