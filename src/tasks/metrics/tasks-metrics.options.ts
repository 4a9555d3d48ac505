import type { Registry } from 'prom-client';
import type { TasksHttpOptions } from '../http/tasks-http.options.js';

/** How metrics are served. Who may read them is decided as for the API, and closed by default. */
export class TasksMetricsOptions {
  /** Where they are served; null: nowhere, as a host that gives its own registry does that. */
  path: string | null = '/metrics';

  /** What stands before each name. Default: `scheduler_`. */
  prefix = 'scheduler_';

  /** Where they are registered. Default: a registry of their own. */
  registry?: Registry;

  /** Whether what prom-client tells of the process comes along: memory, event loop, CPU. Default: yes. */
  processMetrics = true;

  /**
   * So many jobs have series of their own; the others share the label `__other__`. Jobs of the code and the
   * configuration come first. Default: 500.
   */
  maxJobs = 500;

  /** Who may read them: keys, host and production as the API has them. Default: nobody. */
  access: Partial<TasksHttpOptions> = {};
}
