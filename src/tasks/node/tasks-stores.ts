import { LocalNode } from '../local/local-node.js';
import { localStores } from '../local/local-stores.js';
import { AlarmStore } from '../store/alarm-store.js';
import { ChangeFeed } from '../store/change-feed.js';
import { ClusterStore } from '../store/cluster-store.js';
import { JobStore } from '../store/job-store.js';
import { RunStore } from '../store/run-store.js';
import { Statistics } from '../store/statistics.js';
import { STORES, type Stores } from '../store/stores.js';
import { tasksDataSource } from '../store/postgres/data-source.js';
import { ClockShift } from '../store/postgres/database-time.js';
import { SchemaName } from '../store/postgres/schema-name.js';
import { Connections } from '../store/postgres/session/connections.js';
import { postgresStores } from '../store/postgres/stores.js';
import { TasksDatabase } from '../store/postgres/tasks-database.js';
import { TasksOptions } from '../tasks.options.js';

/** The one choice of a backend: PostgreSQL, or the memory of this process. */
const BACKEND = {
  provide: STORES,
  inject: [TasksDatabase, SchemaName, ClockShift, TasksOptions, LocalNode],
  useFactory: (
    database: TasksDatabase,
    schema: SchemaName,
    shift: ClockShift,
    options: TasksOptions,
    local: LocalNode,
  ): Stores =>
    options.store === 'memory'
      ? localStores(local)
      : postgresStores(database, schema, shift, options.deadAfterMs),
};

const oneOf = <Name extends keyof Stores>(name: Name) => ({
  inject: [STORES],
  useFactory: (stores: Stores): Stores[Name] => stores[name],
});

/** The ports as they are injected. Whoever provides other `Stores` has replaced them all. */
export const STORE_PROVIDERS = [
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
  BACKEND,
  { provide: JobStore, ...oneOf('jobs') },
  { provide: RunStore, ...oneOf('runs') },
  { provide: ClusterStore, ...oneOf('cluster') },
  { provide: ChangeFeed, ...oneOf('changes') },
  { provide: Statistics, ...oneOf('statistics') },
  { provide: AlarmStore, ...oneOf('alarms') },
];
