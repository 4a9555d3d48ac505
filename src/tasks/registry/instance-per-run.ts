import { ContextIdFactory, ModuleRef, type ContextId, type DiscoveryService } from '@nestjs/core';
import type { InstanceOf } from './instrumented-handler.js';
import type { TaskContext } from './task-context.js';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/**
 * Providers that have no one instance: request-scoped ones, what depends on them, and transient ones.
 * Each run gets an instance of its own, as an HTTP request would, and what it injects as `REQUEST` is
 * the run's `TaskContext`. Durable providers are shared among the runs to which the host's
 * `ContextIdStrategy` gives the same parent; it sees the `TaskContext` in the place of a request.
 *
 * Nothing of it outlives the run: Nest keeps such instances in weak maps by the context id, which only
 * the run's `TaskContext` holds.
 *
 * @returns undefined for a provider with one instance
 */
export function instancePerRun(wrapper: Wrapper): InstanceOf | undefined {
  const { host, token } = wrapper;
  const isStatic = wrapper.isDependencyTreeStatic();
  if (!host || (isStatic && !wrapper.isTransient)) return undefined;
  return (context) => {
    // The module's own: two modules may provide the class, each with other dependencies.
    const moduleRef = host.getProviderByKey<ModuleRef>(ModuleRef).instance;
    const isDurable = wrapper.isDependencyTreeDurable();
    return moduleRef.resolve<object>(token, contextIdOf(context, moduleRef, isDurable));
  };
}

/**
 * Under which key a request holds its context id. No version of Nest names it in public, and each has
 * it somewhere else, but all look there first.
 */
const REQUEST_CONTEXT_ID = ((): symbol => {
  let asked: string | symbol = '';
  const get = (_request: object, key: string | symbol) => {
    asked = key;
    return ContextIdFactory.create();
  };
  ContextIdFactory.getByRequest(new Proxy({}, { get }));
  if (typeof asked === 'symbol') return asked;
  throw new Error('This version of Nest keeps the context ids of requests in another way.');
})();

/** What Nest's router does for a request, so that handlers can go on with `getByRequest` as there. */
function contextIdOf(context: TaskContext, moduleRef: ModuleRef, isDurable: boolean): ContextId {
  const contextId = ContextIdFactory.getByRequest(context);
  Object.defineProperty(context, REQUEST_CONTEXT_ID, { value: contextId });
  // A durable instance outlives the run, so it must not hold its context.
  const request: unknown =
    isDurable && contextId.getParent
      ? contextId.payload
      : Object.assign(context, contextId.payload, Object.assign({}, context));
  moduleRef.registerRequestByContextId(request, contextId);
  return contextId;
}
