import { ClockShift } from '../../src/tasks/store/postgres/database-time.js';
import type { JobStore } from '../../src/tasks/store/job-store.js';
import { SchemaName } from '../../src/tasks/store/postgres/schema-name.js';
import { tasksDataSource } from '../../src/tasks/store/postgres/data-source.js';
import { TasksDatabase } from '../../src/tasks/store/postgres/tasks-database.js';
import { PostgresJobStore } from '../../src/tasks/store/postgres/jobs/job-store.js';

/** Somebody who changes the jobs of a cluster whose nodes are other processes. */
export interface UserOfJobs {
  readonly jobs: JobStore;
  close(): Promise<void>;
}

/** @param databaseUrl of a database whose schema `carillon` has our tables */
export async function userOfJobs(databaseUrl: string, deadAfterMs: number): Promise<UserOfJobs> {
  const schema = new SchemaName('carillon');
  const dataSource = await tasksDataSource(databaseUrl, schema).initialize();
  const tables = new TasksDatabase(dataSource);
  tables.unavailable = null;
  return {
    jobs: new PostgresJobStore(tables, schema, new ClockShift(), deadAfterMs),
    close: () => dataSource.destroy(),
  };
}
