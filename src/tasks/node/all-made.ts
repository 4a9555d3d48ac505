import type { ModulesContainer } from '@nestjs/core';
import { STATIC_CONTEXT } from '@nestjs/core/injector/constants.js';

/**
 * Whether Nest has made every provider of which there is one. Before that, what stands for a provider is
 * an object that was never constructed.
 */
export function allMade(modules: ModulesContainer): boolean {
  return [...modules.values()].every((module) =>
    [...module.providers.values(), ...module.controllers.values()].every(
      (wrapper) =>
        !wrapper.isDependencyTreeStatic() ||
        wrapper.isTransient ||
        wrapper.getInstanceByContextId(STATIC_CONTEXT).isResolved,
    ),
  );
}
