import type { NestExpressApplication } from '@nestjs/platform-express';
import { API_CONTROLLERS } from '../../src/tasks/http/api-controllers.js';
import { HealthController } from '../../src/tasks/http/cluster/health.controller.js';
import { OpenApiController } from '../../src/tasks/http/openapi/openapi.controller.js';
import { otherMethods } from '../../src/tasks/http/routes/other-methods.js';

export interface ServedRoute {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As Express has it: `/jobs/:id`. */
  readonly path: string;
}

interface Router {
  readonly stack: readonly {
    readonly route?: { readonly path: string; readonly methods: Record<string, boolean> };
  }[];
}

const REFUSED = new Set(
  [[...API_CONTROLLERS], [OpenApiController], [HealthController]]
    .flatMap((controllers) => otherMethods(controllers))
    .map(({ method, path }) => `${method.toLowerCase()} ${path}`),
);

/** A route that only says which methods there are. */
const isRefused = (method: string, path: string) =>
  REFUSED.has(`${method} ${path}`) ||
  REFUSED.has(`${method} ${path.replace(/^\/scheduler(?=\/|$)/, '') || '/'}`);

/** What the running application serves, as its own router tells it. */
export function servedRoutes(app: NestExpressApplication): readonly ServedRoute[] {
  const { router } = app.getHttpAdapter().getInstance() as unknown as { router: Router };
  return router.stack.flatMap(({ route }) =>
    route
      ? Object.keys(route.methods)
          .filter((method) => !isRefused(method, route.path))
          .map((method) => ({ method: method as ServedRoute['method'], path: route.path }))
      : [],
  );
}
