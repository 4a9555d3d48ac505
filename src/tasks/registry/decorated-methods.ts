import type { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { schedulesOf, type Schedule } from './schedule.decorator.js';
import type { ScheduleSwitches } from './schedule-switches.js';
import { stockDeclarationOf, type StockDeclaration } from './stock-declaration.js';
import { taskMarkOf, taskOptionsOf, type TaskMark } from './task.decorator.js';

export type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** A decorated method, on the instance that it is called on. */
export interface DecoratedMethod {
  readonly wrapper: Wrapper;
  readonly instance: object;
  readonly key: string;
  readonly method: object;
  /** `Class.method`; without the class where it has no name. */
  readonly source: string;
  /** Undefined: no trigger, or one that is switched off. */
  readonly stock: StockDeclaration | undefined;
  readonly mark: TaskMark | undefined;
  readonly schedules: readonly Schedule[];
  /** Its decorators are ours: it knows of payloads and contexts. */
  readonly takesArguments: boolean;
}

/** The decorated methods of all controllers and providers, each once for each instance. */
export class DecoratedMethods {
  /** An instance may be provided under several tokens. */
  private readonly seen = new Map<object, Set<string>>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly switches: ScheduleSwitches,
  ) {}

  /** Those that were not there when it was asked before. */
  findNew(): readonly DecoratedMethod[] {
    const wrappers = [...this.discovery.getControllers(), ...this.discovery.getProviders()];
    return wrappers.flatMap((wrapper) => {
      const instance: unknown = wrapper.instance;
      const prototype: unknown = instance && Object.getPrototypeOf(instance);
      // What an alias stands for is found where it is provided.
      if (!instance || !prototype || wrapper.isAlias) return [];
      const keys = this.scanner.getAllMethodNames(prototype);
      return keys.flatMap((key) => {
        const found = this.look(wrapper, Object(instance) as object, key);
        return found && this.isNew(found) ? [found] : [];
      });
    });
  }

  private look(wrapper: Wrapper, instance: object, key: string): DecoratedMethod | undefined {
    // From the instance: a property of its own may shadow the method.
    const method: unknown = Reflect.get(instance, key);
    if (typeof method !== 'function') return undefined;
    const declared = stockDeclarationOf(method);
    const stock = declared && this.switches.allow(declared.kind) ? declared : undefined;
    const mark = taskMarkOf(method);
    const schedules = schedulesOf(method);
    const isOurs = mark !== undefined || schedules.length > 0;
    if (!stock && !isOurs) return undefined;
    const source = `${classOf(instance)?.name ?? ''}.${key}`;
    const takesArguments = isOurs || taskOptionsOf(method) !== undefined;
    return { wrapper, instance, key, method, source, stock, mark, schedules, takesArguments };
  }

  private isNew({ instance, key }: DecoratedMethod): boolean {
    const keys = this.seen.get(instance) ?? new Set();
    this.seen.set(instance, keys);
    return !keys.has(key) && keys.add(key).has(key);
  }
}

/** Undefined for an object whose prototypes lead to null. */
function classOf(instance: object): { readonly name: string } | undefined {
  return instance.constructor;
}
