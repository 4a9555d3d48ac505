import type { CanActivate, Type } from '@nestjs/common';

/** Where the dashboard is served, and to whom. */
export class TasksDashboardOptions {
  /** Where the page begins. Default: `/`, the root of the application. */
  path = '/';

  /** The prefix of `TasksHttpModule`, which the page reads and changes everything by. */
  api = '/scheduler';

  /**
   * Guards of the host, each a class that is found among the host's providers or made, or an instance.
   * All of them must let a request for the page in. Default: none: the page itself holds no data, and the
   * API asks whoever opens it for a key or a session of its own.
   */
  guards: readonly (Type<CanActivate> | CanActivate)[] = [];
}
