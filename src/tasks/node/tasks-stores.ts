import { LocalNode } from '../local/local-node.js';
import { LocalClusterStore, LocalJobStore, LocalRunStore } from '../local/local-stores.js';
import { ChangeFeed } from '../store/change-feed.js';
import { ClusterStore } from '../store/cluster-store.js';
import { ClockShift } from '../store/postgres/database-time.js';
import { JobCare, JobStore } from '../store/job-store.js';
import { MemoryChangeFeed } from '../store/memory/cluster/change-feed.js';
import { RunStore } from '../store/run-store.js';
import { Connections } from '../store/postgres/session/connections.js';
import { SchemaName } from '../store/postgres/schema-name.js';
import { tasksDataSource } from '../store/postgres/data-source.js';
import { TasksDatabase } from '../store/postgres/tasks-database.js';
import { PostgresChangeFeed } from '../store/postgres/cluster/change-feed.js';
import { PostgresClusterStore } from '../store/postgres/cluster/cluster-store.js';
import { PostgresJobCare } from '../store/postgres/jobs/job-care.js';
import { PostgresJobStore } from '../store/postgres/jobs/job-store.js';
import { PostgresRunStore } from '../store/postgres/runs/run-store.js';
import { TasksOptions } from '../tasks.options.js';
import { TasksLogger } from './tasks-logger.js';

/** The ports as users and the engine's surroundings ask for them: on PostgreSQL, or of one process. */
export const STORES = [
  ClockShift,
  {
    provide: SchemaName,
    inject: [TasksOptions],
    useFactory: ({ schema }: TasksOptions) => new SchemaName(schema),
  },
  {
    provide: TasksDatabase,
    inject: [SchemaName],
    useFactory: (schema: SchemaName) => {
      const connections = new Connections();
      return new TasksDatabase(
        (access) => tasksDataSource(access, schema, connections),
        connections,
      );
    },
  },
  {
    provide: JobStore,
    inject: [TasksDatabase, SchemaName, ClockShift, TasksOptions, LocalNode],
    useFactory: (
      database: TasksDatabase,
      schema: SchemaName,
      shift: ClockShift,
      { store, deadAfterMs }: TasksOptions,
      local: LocalNode,
    ) =>
      store === 'memory'
        ? new LocalJobStore(local)
        : new PostgresJobStore(database, schema, shift, deadAfterMs),
  },
  {
    provide: JobCare,
    inject: [TasksDatabase, SchemaName, ClockShift, TasksOptions],
    useFactory: (
      database: TasksDatabase,
      schema: SchemaName,
      shift: ClockShift,
      options: TasksOptions,
    ) => new PostgresJobCare(database, schema, shift, options, new TasksLogger('Tasks')),
  },
  {
    provide: RunStore,
    inject: [TasksDatabase, SchemaName, ClockShift, TasksOptions, LocalNode],
    useFactory: (
      database: TasksDatabase,
      schema: SchemaName,
      shift: ClockShift,
      { store }: TasksOptions,
      local: LocalNode,
    ) =>
      store === 'memory' ? new LocalRunStore(local) : new PostgresRunStore(database, schema, shift),
  },
  {
    provide: ClusterStore,
    inject: [TasksDatabase, SchemaName, ClockShift, TasksOptions, LocalNode],
    useFactory: (
      database: TasksDatabase,
      schema: SchemaName,
      shift: ClockShift,
      { store, deadAfterMs }: TasksOptions,
      local: LocalNode,
    ) =>
      store === 'memory'
        ? new LocalClusterStore(local)
        : new PostgresClusterStore(database, schema, shift, deadAfterMs),
  },
  {
    provide: ChangeFeed,
    inject: [TasksDatabase, SchemaName, ClockShift, TasksOptions, LocalNode],
    useFactory: (
      database: TasksDatabase,
      schema: SchemaName,
      shift: ClockShift,
      { store }: TasksOptions,
      local: LocalNode,
    ) =>
      store === 'memory'
        ? new MemoryChangeFeed(local.database)
        : new PostgresChangeFeed(database, schema, shift),
  },
];
