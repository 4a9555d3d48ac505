import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { InvalidInputError } from '../domain/errors.js';
import { TasksOptions } from '../tasks.options.js';
import { declarationWarnings } from './declaration-warnings.js';
import { declareJob } from './declare-job.js';
import { declareNodeTask } from './node-task.js';
import { defaultZone } from './default-zone.js';
import { instancePerRun } from './instance-per-run.js';
import { instrumentedHandler } from './instrumented-handler.js';
import { JobOverrides } from './job-overrides.js';
import { validPayload } from './payload-schema.js';
import { ScheduleSwitches } from './schedule-switches.js';
import { stockDeclarationOf, type StockDeclaration } from './stock-declaration.js';
import { scopeOf, taskMarkOf, type TaskMark } from './task.decorator.js';
import { TaskRegistry } from './task-registry.js';
import type { TaskHandler } from './task-context.js';
import { TasksLogger } from '../node/tasks-logger.js';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** A decorated method, on the provider that it is called on. */
interface Found {
  readonly wrapper: Wrapper;
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
  private readonly logger = new TasksLogger(TaskExplorer.name);
  /** A class that is provided twice, or under an alias too, declares each job once. */
  private readonly seen = new Map<unknown, Set<string>>();
  private readonly overrides: JobOverrides;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly registry: TaskRegistry,
    private readonly options: TasksOptions,
    private readonly switches: ScheduleSwitches,
  ) {
    this.overrides = new JobOverrides(options.overrides);
  }

  /**
   * Safe to call again: what is registered already stays as it is.
   *
   * @throws InvalidInputError naming the method whose declaration is refused, or an override of no job; DuplicateJobError
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
    this.overrides.checkIds(this.registry.all().flatMap(({ job }) => job?.id ?? []));
  }

  private look(wrapper: Wrapper, instance: object, key: string): void {
    const found = this.find(wrapper, instance, key);
    if (!found || !this.isNew(classOf(instance), key)) return;
    const { source, method, stock } = found;
    const local = this.options.store === 'memory';
    for (const warning of declarationWarnings(source, method, stock, local)) {
      this.logger.warn(warning);
    }
    this.register(found);
  }

  private find(wrapper: Wrapper, instance: object, key: string): Found | undefined {
    // From the instance: a property of its own may shadow the method.
    const method: unknown = Reflect.get(Object(instance) as object, key);
    if (typeof method !== 'function') return undefined;
    const declared = stockDeclarationOf(method);
    const stock = declared && this.switches.allow(declared.kind) ? declared : undefined;
    const mark = taskMarkOf(method);
    const source = `${classOf(instance)?.name ?? ''}.${key}`;
    return stock || mark ? { wrapper, instance, key, method, source, stock, mark } : undefined;
  }

  private register({ wrapper, instance, key, method, source, stock, mark }: Found): void {
    const name = nameOf(source, stock, mark);
    const timeZone = defaultZone(this.options);
    const { scope, options } = scopeOf(source, method);
    const handler = checked(
      name,
      mark,
      threadHandler(source, mark) ??
        instrumentedHandler(instance, key, method, instancePerRun(wrapper)),
    );
    if (stock && scope === 'node') {
      const declaration = { id: name, source, stock, options: { scope, ...options }, timeZone };
      return this.registry.registerNodeTask(declareNodeTask(declaration, handler));
    }
    const job = stock ? declareJob({ id: name, source, stock, options, timeZone }) : null;
    const payload = mark?.payload;
    this.registry.register({
      name,
      source,
      handler,
      payload,
      job: job && this.overrides.apply(job, timeZone),
      ...(stock && { stock }),
      ...concurrencyOf(source, mark),
    });
  }

  private isNew(type: unknown, key: string): boolean {
    const keys = this.seen.get(type) ?? new Set();
    this.seen.set(type, keys);
    return !keys.has(key) && keys.add(key).has(key);
  }
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
  return async (given, context) => {
    const payload = await validPayload(name, schema, given);
    return handler(payload, Object.assign(context, { payload }));
  };
}

function threadHandler(source: string, mark: TaskMark | undefined): TaskHandler | undefined {
  const entry = mark?.settings.thread;
  if (!entry) return undefined;
  if (URL.canParse(String(entry.module)))
    return (payload, context) => context.inThread(entry, payload);
  throw new InvalidInputError(`The declaration of ${source}`, [
    {
      pointer: '/thread/module',
      message: `is "${String(entry.module)}": give a URL, such as new URL('./x.js', import.meta.url)`,
    },
  ]);
}

function concurrencyOf(source: string, mark: TaskMark | undefined): { concurrency?: number } {
  const concurrency = mark?.settings.concurrency;
  if (concurrency === undefined) return {};
  if (Number.isInteger(concurrency) && concurrency >= 1) return { concurrency };
  throw new InvalidInputError(`The declaration of ${source}`, [
    { pointer: '/concurrency', message: `is ${concurrency}: give a whole number from 1 on` },
  ]);
}
