import { Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { Module } from '@nestjs/core/injector/module.js';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { ScheduleSwitches } from './schedule-switches.js';
import type { ScheduleModuleOptions } from './stock-explorer.js';
import { TasksLogger } from '../node/tasks-logger.js';

/** What fires in a `ScheduleModule`. None of it is exported, so it is known by its looks. */
interface StockParts {
  readonly registry: SchedulerRegistry | undefined;
  readonly options: Flags | undefined;
  readonly orchestrator: { onApplicationBootstrap(): void } | undefined;
}

type Flags = Required<ScheduleModuleOptions>;

const OPTIONS_TOKEN = 'SCHEDULE_MODULE_OPTIONS';

/** The flags as their module was given them, for whoever asks after they were cleared. */
const given = new WeakMap<Flags, Flags>();

/**
 * Silences every `ScheduleModule` of the application, whoever imported it and in whatever order, so
 * that no decorated method runs twice. What the host turned off in its own stays off.
 *
 * Called in `onModuleInit`: all of those come before the first `onApplicationBootstrap`, in which
 * the stock timers start. Clearing its flags stops a module that has not looked for methods yet,
 * taking its bootstrap away stops one that has.
 */
@Injectable()
export class ScheduleNeutraliser {
  private readonly logger = new TasksLogger(ScheduleNeutraliser.name);

  constructor(
    private readonly modules: ModulesContainer,
    private readonly registry: SchedulerRegistry,
    private readonly switches: ScheduleSwitches,
  ) {}

  /**
   * Safe to call again.
   *
   * @throws Error when a `ScheduleModule` is put together in another way than we know.
   */
  neutralise(): void {
    const hosts: Flags[] = [];
    for (const module of this.modules.values()) {
      this.joinRegistries(module);
      const parts = partsOf(module);
      if (!parts.orchestrator && !isScheduleModule(module)) continue;
      const flags = silence(parts);
      if (parts.registry !== this.registry || isAnyOn(flags)) hosts.push(flags);
    }
    if (hosts.length === 0) return;
    this.switches.narrow({
      cronJobs: hosts.some((flags) => flags.cronJobs),
      intervals: hosts.some((flags) => flags.intervals),
      timeouts: hosts.some((flags) => flags.timeouts),
    });
    this.logger.log(
      'The application imports ScheduleModule itself. Its timers stay off: TasksModule runs its jobs.',
    );
  }

  private joinRegistries(module: Module): void {
    for (const { instance } of module.providers.values()) {
      if (isRegistry(instance) && instance !== this.registry) {
        delegateRegistry(instance, this.registry);
      }
    }
  }
}

function silence({ options, orchestrator }: StockParts): Flags {
  if (!options || !orchestrator) {
    throw new Error(
      'A ScheduleModule was found whose timers cannot be turned off, so its jobs would run twice. ' +
        'Remove ScheduleModule from the imports: TasksModule takes its place.',
    );
  }
  const flags = given.get(options) ?? { ...options };
  given.set(options, flags);
  Object.assign(options, { cronJobs: false, intervals: false, timeouts: false });
  orchestrator.onApplicationBootstrap = () => undefined;
  return flags;
}

function partsOf(module: Module): StockParts {
  const instances = [...module.providers.values()].map((wrapper): unknown => wrapper.instance);
  return {
    registry: instances.find(isRegistry),
    options: module.providers.get(OPTIONS_TOKEN)?.instance as Flags | undefined,
    orchestrator: instances.find(isOrchestrator),
  };
}

function isScheduleModule({ metatype }: Module): boolean {
  return (
    metatype === ScheduleModule ||
    metatype.prototype instanceof ScheduleModule ||
    metatype.name === ScheduleModule.name
  );
}

/** Also that of another copy of `@nestjs/schedule`, whose classes are others. */
function isRegistry(instance: unknown): instance is SchedulerRegistry {
  if (instance instanceof SchedulerRegistry) return true;
  return (
    typeof instance === 'object' &&
    instance !== null &&
    instance.constructor?.name === SchedulerRegistry.name &&
    'addCronJob' in instance &&
    'getIntervals' in instance
  );
}

function isOrchestrator(instance: unknown): instance is { onApplicationBootstrap(): void } {
  return (
    typeof instance === 'object' &&
    instance !== null &&
    'mountCron' in instance &&
    'onApplicationBootstrap' in instance
  );
}

function isAnyOn({ cronJobs, intervals, timeouts }: Flags): boolean {
  return cronJobs || intervals || timeouts;
}

/**
 * Makes `other` a second door to `registry`: what it holds moves there, and every method of it
 * answers from there. Whoever had either of them injected sees the same entries.
 */
function delegateRegistry(other: SchedulerRegistry, registry: SchedulerRegistry): void {
  if (Object.hasOwn(other, 'addCronJob')) return;
  moveEntries(other, registry);
  for (const name of Object.getOwnPropertyNames(SchedulerRegistry.prototype)) {
    const method: unknown = Reflect.get(registry, name);
    if (name === 'constructor' || typeof method !== 'function') continue;
    Reflect.set(other, name, (...args: unknown[]): unknown => {
      const target = Reflect.get(registry, name) as (...args: unknown[]) => unknown;
      return target.apply(registry, args);
    });
  }
}

/** There are entries this early only if the host added some itself while it was being built. */
function moveEntries(from: SchedulerRegistry, to: SchedulerRegistry): void {
  for (const [name, job] of from.getCronJobs()) to.addCronJob(name, job);
  for (const name of from.getIntervals()) to.addInterval(name, from.getInterval(name));
  for (const name of from.getTimeouts()) to.addTimeout(name, from.getTimeout(name));
}
