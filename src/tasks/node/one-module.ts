import type { ModulesContainer } from '@nestjs/core';
import type { Module } from '@nestjs/core/injector/module.js';
import { standIn } from '../registry/stand-in.js';

/**
 * Nest takes each `TasksModule.forRoot(…)` for a module of its own, however often an application
 * imports it. The first one works; the services of the others become doors to its own, so that
 * whoever has one of them injected sees the same jobs.
 *
 * @param asking an instance of `token`, a class that every such module provides
 * @returns whether `asking` belongs to the first; else it is a door to the one that does
 */
export function isInFirstModule(
  modules: ModulesContainer,
  token: new (...args: never[]) => object,
  asking: object,
): boolean {
  const same = [...modules.values()].filter((module) => module.providers.has(token));
  const [first] = same;
  const mine = same.find((module) => module.providers.get(token)?.instance === asking);
  if (!first || !mine || mine === first) return true;
  redirect(mine, first);
  return false;
}

function redirect(other: Module, first: Module): void {
  for (const [name, { instance }] of other.providers) {
    const target: unknown = first.providers.get(name)?.instance;
    if (typeof name !== 'function' || isNests(name, other)) continue;
    if (isObject(instance) && isObject(target) && instance !== target) standIn(instance, target);
  }
}

/** What Nest itself puts into every module belongs to that module. */
function isNests(name: { readonly name: string }, { metatype }: Module): boolean {
  return name === metatype || name.name === 'ModuleRef' || name.name === 'ApplicationConfig';
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
