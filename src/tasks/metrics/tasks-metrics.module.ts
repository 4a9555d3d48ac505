import { Module, type DynamicModule } from '@nestjs/common';
import { AccessModule } from '../http/access/access.module.js';
import { OtherMethodsModule } from '../http/routes/other-methods.module.js';
import { TasksHttpOptions } from '../http/tasks-http.options.js';
import { metricsController } from './metrics.controller.js';
import { TasksMetrics } from './tasks-metrics.js';
import { TasksMetricsOptions } from './tasks-metrics.options.js';

/** Metrics for Prometheus. It needs `TasksModule` in the same application, and the package `prom-client`. */
@Module({})
export class TasksMetricsModule {
  /** @param options what differs from the defaults of `TasksMetricsOptions`, which let nobody read them */
  static forRoot(options: Partial<TasksMetricsOptions> = {}): DynamicModule {
    const merged = Object.assign(new TasksMetricsOptions(), options);
    const access = Object.assign(new TasksHttpOptions(), merged.access);
    const controllers = merged.path === null ? [] : [metricsController(merged.path)];
    return {
      module: TasksMetricsModule,
      imports: [
        AccessModule.for(access),
        ...(controllers.length > 0 ? [OtherMethodsModule.for(controllers)] : []),
      ],
      controllers,
      providers: [{ provide: TasksMetricsOptions, useValue: merged }, TasksMetrics],
      exports: [TasksMetrics],
    };
  }
}
