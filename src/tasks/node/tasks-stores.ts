import { LocalChangeFeed } from '../local/local-change-feed.js';
import { LocalClusterStore } from '../local/local-cluster-store.js';
import { LocalJobStore } from '../local/local-job-store.js';
import { LocalNode } from '../local/local-node.js';
import { LocalRunStore } from '../local/local-run-store.js';
import { ChangeFeed } from '../store/change-feed.js';
import { ClusterStore } from '../store/cluster-store.js';
import { ClockShift } from '../store/database-time.js';
import { JobCare, JobStore } from '../store/job-store.js';
import { RunStore } from '../store/run-store.js';
import { Connections } from '../store/postgres/connections.js';
import { SchemaName } from '../store/schema-name.js';
import { tasksDataSource } from '../store/typeorm/data-source.js';
import { TasksDatabase } from '../store/typeorm/tasks-database.js';
import { TypeormChangeFeed } from '../store/typeorm/typeorm-change-feed.js';
import { TypeormClusterStore } from '../store/typeorm/typeorm-cluster-store.js';
import { TypeormJobCare } from '../store/typeorm/typeorm-job-care.js';
import { TypeormJobStore } from '../store/typeorm/typeorm-job-store.js';
import { TypeormRunStore } from '../store/typeorm/typeorm-run-store.js';
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
        : new TypeormJobStore(database, schema, shift, deadAfterMs),
  },
  {
    provide: JobCare,
    inject: [TasksDatabase, SchemaName, ClockShift, TasksOptions],
    useFactory: (
      database: TasksDatabase,
      schema: SchemaName,
      shift: ClockShift,
      options: TasksOptions,
    ) => new TypeormJobCare(database, schema, shift, options, new TasksLogger('Tasks')),
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
      store === 'memory' ? new LocalRunStore(local) : new TypeormRunStore(database, schema, shift),
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
        : new TypeormClusterStore(database, schema, shift, deadAfterMs),
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
        ? new LocalChangeFeed(local)
        : new TypeormChangeFeed(database, schema, shift),
  },
];
