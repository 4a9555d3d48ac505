import { Module, type DynamicModule } from '@nestjs/common';
import { ModuleRef, RouterModule } from '@nestjs/core';
import { HostGuards } from '../http/access/host-guards.js';
import { TasksHttpOptions } from '../http/tasks-http.options.js';
import { DashboardController } from './dashboard.controller.js';
import { PageFiles } from './page-files.js';
import { TasksDashboardOptions } from './tasks-dashboard.options.js';

/** The page for operators. It needs `TasksHttpModule` in the same application. */
@Module({})
export class TasksDashboardModule {
  /** @param options what differs from the defaults of `TasksDashboardOptions` */
  static forRoot(options: Partial<TasksDashboardOptions> = {}): DynamicModule {
    const merged = Object.assign(new TasksDashboardOptions(), options);
    const router = RouterModule.register([{ path: merged.path, module: TasksDashboardModule }]);
    return {
      module: TasksDashboardModule,
      imports: isRoot(merged.path) ? [] : [router],
      controllers: [DashboardController],
      providers: [
        PageFiles,
        { provide: TasksDashboardOptions, useValue: merged },
        {
          provide: HostGuards,
          inject: [ModuleRef],
          useFactory: (modules: ModuleRef) =>
            new HostGuards(
              Object.assign(new TasksHttpOptions(), { guards: merged.guards }),
              modules,
            ),
        },
      ],
    };
  }
}

const isRoot = (path: string) => path.replaceAll('/', '') === '';
