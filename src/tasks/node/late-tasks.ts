import { Injectable } from '@nestjs/common';
import { ClusterNode } from './cluster-node.js';
import { LocalNode } from '../local/local-node.js';
import { SchedulerFacade } from '../registry/scheduler-facade.js';
import { TaskExplorer } from '../registry/task-explorer.js';
import { TasksOptions } from '../tasks.options.js';

/** For modules that are loaded after the start, of which Nest calls no hook. */
@Injectable()
export class LateTasks {
  constructor(
    private readonly options: TasksOptions,
    private readonly explorer: TaskExplorer,
    private readonly local: LocalNode,
    private readonly node: ClusterNode,
    private readonly scheduler: SchedulerFacade,
  ) {}

  /**
   * Finds the decorated methods of modules that were loaded since the start, and begins their jobs.
   * Safe to call again.
   *
   * ```ts
   * await lazyModuleLoader.load(() => ReportsModule);
   * await lateTasks.explore();
   * ```
   *
   * @throws InvalidInputError naming the method whose declaration is refused; DuplicateJobError
   */
  async explore(): Promise<void> {
    this.explorer.explore();
    if (this.options.store === 'memory') return this.local.declare();
    this.scheduler.showDeclared();
    await this.node.declareLate();
  }
}
