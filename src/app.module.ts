import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { AppConfig } from './app.config.js';
import { SampleDatabase, SampleTasksModule } from './sample-tasks/sample-tasks.module.js';
import { TasksDashboardModule } from './tasks/dashboard/index.js';
import { TasksErrorFilter, TasksHealthModule, TasksHttpModule } from './tasks/http/index.js';
import { TasksMetricsModule } from './tasks/metrics/index.js';
import { TasksNotificationsModule } from './tasks/notifications/index.js';
import { TasksModule } from './tasks/index.js';

/** The application: the scheduler, its HTTP side and its page, and the sample tasks. */
@Module({})
export class AppModule {
  /** @param listening the node takes part once the server listens */
  static for(config: AppConfig, databaseUrl: string, listening: Promise<void>): DynamicModule {
    const samples = SampleTasksModule.forRoot(databaseUrl);
    return {
      module: AppModule,
      imports: [
        samples,
        TasksModule.forRootAsync({
          imports: [samples],
          inject: [SampleDatabase],
          useFactory: (database: SampleDatabase) => ({
            ...config.tasks,
            databaseUrl,
            beginsAfter: listening,
            prepare: () => database.prepare(),
          }),
        }),
        TasksHealthModule.withInvariants(config.access),
        TasksMetricsModule.forRoot({ access: config.access }),
        TasksNotificationsModule.forRoot(config.notifications),
        ...(config.api ? [TasksHttpModule.forRoot(config.api)] : []),
        ...(config.api && config.dashboard
          ? [TasksDashboardModule.forRoot({ api: config.api.prefix })]
          : []),
      ],
      // Bodies that cannot be parsed and paths that do not exist never reach a controller.
      providers: [{ provide: APP_FILTER, useClass: TasksErrorFilter }],
    };
  }
}
