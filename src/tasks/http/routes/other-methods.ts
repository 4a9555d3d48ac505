import type { Type } from '@nestjs/common';
import { routesOf, type Route } from './routes.js';

/** What a path answers to a method that it does not take. */
export interface OtherMethod {
  /** As Nest writes it: `/jobs/:id`. */
  readonly path: string;
  readonly method: Uppercase<Route['method']> | 'OPTIONS';
  /** The methods that the path does take. */
  readonly allow: string;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/**
 * The methods that the paths of these controllers do not take, and OPTIONS. What is taken of a path is
 * what any route that fits it takes: `jobs/:id` also fits `jobs/bulk`. HEAD goes where GET goes.
 */
export function otherMethods(controllers: readonly Type[]): OtherMethod[] {
  const routes = controllers.flatMap(routesOf);
  // What stands first is asked first, and `jobs/:id` would answer for `jobs/bulk`.
  const paths = [...new Set(routes.map(({ path }) => path))].sort(
    (one, other) => parameters(one) - parameters(other),
  );
  return paths.flatMap((path) => {
    const fitting = routes.filter((route) => fits(route.path, path));
    const taken = METHODS.filter((method) =>
      fitting.some((route) => route.method.toUpperCase() === method),
    );
    const allow = [...taken, ...(taken.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
    const others = [...METHODS.filter((method) => !taken.includes(method)), 'OPTIONS'] as const;
    return others.map((method) => ({ path: path.replaceAll(/\{(\w+)\}/g, ':$1'), method, allow }));
  });
}

const parameters = (path: string) => path.split('{').length;

/** Whether a path with parameters may be that one. */
function fits(pattern: string, path: string): boolean {
  const parts = pattern.split('/');
  const wanted = path.split('/');
  return (
    parts.length === wanted.length &&
    parts.every((part, index) => part.startsWith('{') || part === wanted[index])
  );
}
