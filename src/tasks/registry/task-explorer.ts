import { Injectable, Logger } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { InvalidInputError } from '../domain/errors.js';
import { TasksOptions } from '../tasks.options.js';
import { declarationWarnings } from './declaration-warnings.js';
import { declareJob } from './declare-job.js';
import { instrumentedHandler } from './instrumented-handler.js';
import { validPayload } from './payload-schema.js';
import { ScheduleSwitches } from './schedule-switches.js';
import { stockDeclarationOf, type StockDeclaration } from './stock-declaration.js';
import { taskMarkOf, taskOptionsOf, type TaskMark } from './task.decorator.js';
import { TaskRegistry, type TaskHandler } from './task-registry.js';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** A decorated method, on the provider that it is called on. */
interface Found {
  readonly instance: object;
  readonly key: string;
  readonly method: object;
  readonly source: string;
  /** Undefined: no trigger, or one that is switched off. */
  readonly stock: StockDeclaration | undefined;
  readonly mark: TaskMark | undefined;
}

/** Finds the decorated methods of all controllers and providers, and registers them as tasks. */
@Injectable()
export class TaskExplorer {
  private readonly logger = new Logger(TaskExplorer.name);
  /** A class that is provided twice, or under an alias too, declares each job once. */
  private readonly seen = new Map<unknown, Set<string>>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly registry: TaskRegistry,
    private readonly options: TasksOptions,
    private readonly switches: ScheduleSwitches,
  ) {}

  /**
   * Safe to call again: what is registered already stays as it is.
   *
   * @throws InvalidInputError naming the method whose declaration is refused; DuplicateJobError
   */
  explore(): void {
    for (const wrapper of [...this.discovery.getControllers(), ...this.discovery.getProviders()]) {
      const instance: unknown = wrapper.instance;
      const prototype: unknown = instance && Object.getPrototypeOf(instance);
      if (!instance || !prototype) continue;
      for (const key of this.scanner.getAllMethodNames(prototype)) {
        this.look(wrapper, instance, key);
      }
    }
  }

  private look(wrapper: Wrapper, instance: object, key: string): void {
    const found = this.find(instance, key);
    if (!found) return;
    const obstacle = obstacleOf(wrapper);
    if (obstacle) {
      const what = found.stock ? LABELS[found.stock.kind] : 'task';
      this.logger.warn(`Cannot register ${what} "${wrapper.name}@${key}" because ${obstacle}`);
    } else if (this.isNew(classOf(instance), key)) {
      const { source, method, stock } = found;
      for (const warning of declarationWarnings(source, method, stock)) this.logger.warn(warning);
      this.register(found);
    }
  }

  private find(instance: object, key: string): Found | undefined {
    // From the instance: a property of its own may shadow the method.
    const method: unknown = Reflect.get(Object(instance) as object, key);
    if (typeof method !== 'function') return undefined;
    const declared = stockDeclarationOf(method);
    const stock = declared && this.switches.allow(declared.kind) ? declared : undefined;
    const mark = taskMarkOf(method);
    const source = `${classOf(instance)?.name ?? ''}.${key}`;
    return stock || mark ? { instance, key, method, source, stock, mark } : undefined;
  }

  private register({ instance, key, method, source, stock, mark }: Found): void {
    const name = nameOf(source, stock, mark);
    const options = taskOptionsOf(method);
    const timeZone = this.options.timeZone ?? processZone();
    this.registry.register({
      name,
      source,
      handler: checked(name, mark, instrumentedHandler(instance, key, method)),
      job: stock ? declareJob({ id: name, source, stock, options, timeZone }) : null,
    });
  }

  private isNew(type: unknown, key: string): boolean {
    const keys = this.seen.get(type) ?? new Set();
    this.seen.set(type, keys);
    return !keys.has(key) && keys.add(key).has(key);
  }
}

const LABELS = { cron: 'cron job', interval: 'interval', timeout: 'timeout' } as const;

/** Why there is no one instance to call the method on. The first is @nestjs/schedule's own words. */
function obstacleOf(wrapper: Wrapper): string | undefined {
  if (!wrapper.isDependencyTreeStatic()) return 'it is defined in a non static provider.';
  if (wrapper.isTransient) return 'it is defined in a transient provider. Make it a singleton.';
  return undefined;
}

/** Undefined for an object whose prototypes lead to null. */
function classOf(instance: object): { readonly name: string } | undefined {
  return instance.constructor;
}

function nameOf(source: string, stock?: StockDeclaration, mark?: TaskMark): string {
  if (stock?.name && mark?.name && stock.name !== mark.name) {
    throw new InvalidInputError(`The declaration of ${source}`, [
      { pointer: '/name', message: `is "${stock.name}" and "${mark.name}": give one of them` },
    ]);
  }
  const name = stock?.name ?? mark?.name;
  if (name === undefined && source.startsWith('.')) {
    throw new InvalidInputError(`The declaration of ${source}`, [
      { pointer: '/name', message: 'is missing and the class has none: name it in its decorator' },
    ]);
  }
  return name ?? source;
}

function checked(name: string, mark: TaskMark | undefined, handler: TaskHandler): TaskHandler {
  const schema = mark?.payload;
  if (!schema) return handler;
  return async (payload, context) => handler(await validPayload(name, schema, payload), context);
}

function processZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
