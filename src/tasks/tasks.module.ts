import {
  Module,
  type DynamicModule,
  type FactoryProvider,
  type ModuleMetadata,
  type Type,
} from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { ClusterNode } from './node/cluster-node.js';
import { Declarations } from './node/declarations.js';
import { Clock } from './domain/clock.js';
import { InvalidInputError } from './domain/errors.js';
import { SystemClock } from './engine/system-clock.js';
import { LateTasks } from './node/late-tasks.js';
import { LocalNode } from './local/local-node.js';
import { checkLocalOptions } from './local/local-options.js';
import { NodeStatus } from './node/node-status.js';
import { NodeSwitch } from './service/node-switch.js';
import { ScheduleNeutraliser } from './registry/schedule-neutraliser.js';
import { SchedulerFacade } from './registry/scheduler-facade.js';
import { ScheduleSwitches } from './registry/schedule-switches.js';
import type { ScheduleModuleOptions } from './registry/stock-explorer.js';
import { TaskExplorer } from './registry/task-explorer.js';
import { TaskRegistry } from './registry/task-registry.js';
import { AlarmStore } from './store/alarm-store.js';
import { ChangeFeed } from './store/change-feed.js';
import { ClusterStore } from './store/cluster-store.js';
import { JobStore } from './store/job-store.js';
import { RunStore } from './store/run-store.js';
import { Statistics } from './store/statistics.js';
import { NodeTimers } from './runner/node-timers.js';
import { ClusterProblems } from './service/cluster-problems.js';
import { TaskCatalogue } from './service/task-catalogue.js';
import { TasksEventBus } from './service/task-events.js';
import { TasksLifecycle } from './node/tasks-lifecycle.js';
import { STORE_PROVIDERS } from './node/tasks-stores.js';
import { TasksOptions } from './tasks.options.js';
import { TasksService } from './service/tasks.service.js';
import { TasksLogger } from './node/tasks-logger.js';

export type { ScheduleModuleOptions };

/** A cluster needs a database, local mode none; both take what `ScheduleModule` takes. */
export type TasksModuleOptions = ScheduleModuleOptions &
  (
    | (Partial<TasksOptions> & Pick<TasksOptions, 'databaseUrl'> & { store?: 'postgres' })
    | (Partial<TasksOptions> & { store: 'memory' })
  );

/** A class that makes the options, under our name for it or that of `@nestjs/schedule`. */
export type TasksOptionsFactory =
  | { createTasksOptions(): TasksModuleOptions | Promise<TasksModuleOptions> }
  | { createScheduleOptions(): TasksModuleOptions | Promise<TasksModuleOptions> };

/** One of `useFactory`, `useClass` and `useExisting`. */
export interface TasksModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  inject?: NonNullable<FactoryProvider['inject']>;
  // The arguments are what `inject` names: only the host knows their types.
  // oxlint-disable-next-line typescript/no-explicit-any
  useFactory?: (...dependencies: any[]) => TasksModuleOptions | Promise<TasksModuleOptions>;
  useClass?: Type<TasksOptionsFactory>;
  useExisting?: Type<TasksOptionsFactory>;
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

  static forRootAsync(async: TasksModuleAsyncOptions): DynamicModule {
    return {
      module: TasksModule,
      global: true,
      imports: async.imports ?? [],
      providers: [
        ...givenBy(async),
        {
          provide: TasksOptions,
          inject: [GivenOptions],
          useFactory: ({ value }: GivenOptions) => checkedOptions(value),
        },
        {
          provide: ScheduleSwitches,
          inject: [GivenOptions],
          useFactory: ({ value }: GivenOptions) => new ScheduleSwitches(value),
        },
        ...PROVIDERS,
        ...STORE_PROVIDERS,
      ],
      exports: [
        TasksService,
        LateTasks,
        NodeStatus,
        ClusterProblems,
        TasksEventBus,
        TasksOptions,
        Clock,
        ChangeFeed,
        ClusterStore,
        JobStore,
        RunStore,
        Statistics,
        AlarmStore,
      ],
    };
  }
}

/** Where the options come from. */
function givenBy({ inject = [], useFactory, useClass, useExisting }: TasksModuleAsyncOptions) {
  if (useFactory) {
    const give = async (...dependencies: unknown[]) => ({
      value: await useFactory(...dependencies),
    });
    return [{ provide: GivenOptions, inject, useFactory: give }];
  }
  const maker = useClass ?? useExisting;
  if (!maker) {
    throw new InvalidInputError('The options of TasksModule.forRootAsync', [
      { pointer: '/useFactory', message: 'is missing: give it, or useClass, or useExisting' },
    ]);
  }
  const give = async (factory: TasksOptionsFactory) => ({
    value: await ('createTasksOptions' in factory
      ? factory.createTasksOptions()
      : factory.createScheduleOptions()),
  });
  const given = { provide: GivenOptions, inject: [maker], useFactory: give };
  return useClass ? [given, useClass] : [given];
}

/** @throws InvalidInputError */
function checkedOptions(given: TasksModuleOptions): TasksOptions {
  const options = Object.assign(new TasksOptions(), given);
  if (options.store === 'memory') checkLocalOptions({ ...given }, options);
  else if (!options.databaseUrl) {
    throw new InvalidInputError('The options of TasksModule', [
      {
        pointer: '/databaseUrl',
        message: 'is missing: give the URL of a PostgreSQL, or store: "memory" for one process',
      },
    ]);
  }
  return options;
}

const PROVIDERS = [
  LocalNode,
  LateTasks,
  NodeStatus,
  TaskRegistry,
  TaskExplorer,
  ScheduleNeutraliser,
  Declarations,
  SchedulerFacade,
  TasksService,
  TasksEventBus,
  {
    provide: NodeTimers,
    inject: [TaskRegistry, Clock, TasksEventBus],
    useFactory: (registry: TaskRegistry, clock: Clock, events: TasksEventBus) =>
      new NodeTimers(registry, clock, new TasksLogger('Tasks'), (event) => events.emit(event)),
  },
  ClusterNode,
  TaskCatalogue,
  ClusterProblems,
  TasksLifecycle,
  { provide: NodeSwitch, useExisting: TasksLifecycle },
  { provide: Clock, useClass: SystemClock },
];
