import type { NestExpressApplication } from '@nestjs/platform-express';

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

/** What the running application serves, as its own router tells it. */
export function servedRoutes(app: NestExpressApplication): readonly ServedRoute[] {
  const { router } = app.getHttpAdapter().getInstance() as unknown as { router: Router };
  return router.stack.flatMap(({ route }) => {
    // What stands before a path, for all methods there are, serves nothing.
    if (!route || route.methods['unlock']) return [];
    return Object.keys(route.methods).map((method) => ({
      method: method as ServedRoute['method'],
      path: route.path,
    }));
  });
}
