import {
  Module,
  type DynamicModule,
  type FactoryProvider,
  type ModuleMetadata,
} from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ScheduleModule, type ScheduleModuleOptions } from '@nestjs/schedule';
import { ClusterNode } from './cluster-node.js';
import { Clock } from './domain/clock.js';
import { SystemClock } from './engine/system-clock.js';
import { NodeStatus } from './node-status.js';
import { ScheduleNeutraliser } from './registry/schedule-neutraliser.js';
import { ScheduleSwitches } from './registry/schedule-switches.js';
import { TaskExplorer } from './registry/task-explorer.js';
import { TaskRegistry } from './registry/task-registry.js';
import { ClusterStore } from './store/cluster-store.js';
import { ClockShift } from './store/database-time.js';
import { JobStore } from './store/job-store.js';
import { RunStore } from './store/run-store.js';
import { SchemaName } from './store/schema-name.js';
import { tasksDataSource } from './store/typeorm/data-source.js';
import { TasksDatabase } from './store/typeorm/tasks-database.js';
import { TypeormClusterStore } from './store/typeorm/typeorm-cluster-store.js';
import { TypeormJobStore } from './store/typeorm/typeorm-job-store.js';
import { TypeormRunStore } from './store/typeorm/typeorm-run-store.js';
import { TasksLifecycle } from './tasks-lifecycle.js';
import { TasksOptions } from './tasks.options.js';
import { TasksService } from './tasks.service.js';

export type TasksModuleOptions = Partial<TasksOptions> &
  Pick<TasksOptions, 'databaseUrl'> &
  ScheduleModuleOptions;

export interface TasksModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  inject?: NonNullable<FactoryProvider['inject']>;
  // The arguments are what `inject` names: only the host knows their types.
  // oxlint-disable-next-line typescript/no-explicit-any
  useFactory: (...dependencies: any[]) => TasksModuleOptions | Promise<TasksModuleOptions>;
}

/** As the host gave them. */
abstract class GivenOptions {
  abstract readonly value: TasksModuleOptions;
}

/**
 * Clustered scheduled tasks: import it once, in place of `ScheduleModule.forRoot()` or beside it.
 * `@Cron`, `@Interval` and `@Timeout` methods stay as they are, and run once in the whole cluster.
 */
@Module({
  imports: [
    DiscoveryModule,
    // Brings the registry that hosts inject; what its timers would do is ours to do.
    ScheduleModule.forRoot({ cronJobs: false, intervals: false, timeouts: false }),
  ],
})
export class TasksModule {
  static forRoot(options: TasksModuleOptions): DynamicModule {
    return TasksModule.forRootAsync({ useFactory: () => options });
  }

  static forRootAsync({
    imports = [],
    inject = [],
    useFactory,
  }: TasksModuleAsyncOptions): DynamicModule {
    return {
      module: TasksModule,
      global: true,
      imports,
      providers: [
        {
          provide: GivenOptions,
          inject,
          useFactory: async (...dependencies: unknown[]) => ({
            value: await useFactory(...dependencies),
          }),
        },
        {
          provide: TasksOptions,
          inject: [GivenOptions],
          useFactory: ({ value }: GivenOptions) => Object.assign(new TasksOptions(), value),
        },
        {
          provide: ScheduleSwitches,
          inject: [GivenOptions],
          useFactory: ({ value }: GivenOptions) => new ScheduleSwitches(value),
        },
        ...PROVIDERS,
        ...STORES,
      ],
      exports: [TasksService, NodeStatus, TasksOptions],
    };
  }
}

const PROVIDERS = [
  NodeStatus,
  TaskRegistry,
  TaskExplorer,
  ScheduleNeutraliser,
  TasksService,
  ClusterNode,
  TasksLifecycle,
  { provide: Clock, useClass: SystemClock },
];

const STORES = [
  ClockShift,
  {
    provide: SchemaName,
    inject: [TasksOptions],
    useFactory: ({ schema }: TasksOptions) => new SchemaName(schema),
  },
  {
    provide: TasksDatabase,
    inject: [TasksOptions, SchemaName],
    useFactory: ({ databaseUrl }: TasksOptions, schema: SchemaName) =>
      new TasksDatabase(tasksDataSource(databaseUrl, schema)),
  },
  {
    provide: JobStore,
    inject: [TasksDatabase, SchemaName, ClockShift],
    useFactory: (database: TasksDatabase, schema: SchemaName, shift: ClockShift) =>
      new TypeormJobStore(database, schema, shift),
  },
  {
    provide: RunStore,
    inject: [TasksDatabase],
    useFactory: (database: TasksDatabase) => new TypeormRunStore(database),
  },
  {
    provide: ClusterStore,
    inject: [TasksDatabase, SchemaName, ClockShift, TasksOptions],
    useFactory: (
      database: TasksDatabase,
      schema: SchemaName,
      shift: ClockShift,
      { deadAfterMs }: TasksOptions,
    ) => new TypeormClusterStore(database, schema, shift, deadAfterMs),
  },
];
