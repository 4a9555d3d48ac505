import { Logger, Module, type DynamicModule, type OnApplicationBootstrap } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { canBeOpen } from './access.js';
import { MAKE_A_KEY } from './api-key.js';
import { ClusterController } from './cluster.controller.js';
import { RunsController } from './runs.controller.js';
import { TasksHttpOptions } from './tasks-http.options.js';
import { TasksController } from './tasks.controller.js';

/** The REST API. It needs `TasksModule` in the same application. */
@Module({})
export class TasksHttpModule implements OnApplicationBootstrap {
  private readonly logger = new Logger('TasksHttp');

  constructor(private readonly options: TasksHttpOptions) {}

  /** @param options what differs from the defaults of `TasksHttpOptions`, which keep it closed */
  static forRoot(options: Partial<TasksHttpOptions> = {}): DynamicModule {
    const merged = Object.assign(new TasksHttpOptions(), options);
    return {
      module: TasksHttpModule,
      imports: [RouterModule.register([{ path: merged.prefix, module: TasksHttpModule }])],
      controllers: [ClusterController, TasksController, RunsController],
      providers: [{ provide: TasksHttpOptions, useValue: merged }],
    };
  }

  onApplicationBootstrap(): void {
    if (this.options.keys.length > 0 || canBeOpen(this.options)) return;
    this.logger.warn(
      `${this.options.prefix} answers 401 to everybody: it is not served on loopback only, or this ` +
        `is production, and no API key is configured. Make one with: ${MAKE_A_KEY}`,
    );
  }
}
