import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { InvalidInputError } from '../domain/errors.js';
import { ToldOnce } from '../domain/told-once.js';
import { TasksLogger } from '../node/tasks-logger.js';
import { TasksOptions } from '../tasks.options.js';
import { DecoratedMethods, type DecoratedMethod } from './decorated-methods.js';
import { declarationWarnings } from './declaration-warnings.js';
import { declaredJobOf } from './declare-job.js';
import { DeclaredNames, type DeclaredName } from './declared-names.js';
import { declareNodeTask } from './node-task.js';
import { defaultZone, zoneWarning } from './default-zone.js';
import { instancePerRun } from './instance-per-run.js';
import { instrumentedHandler } from './instrumented-handler.js';
import { JobOverrides } from './job-overrides.js';
import { validPayload } from './payload-schema.js';
import { ScheduleSwitches } from './schedule-switches.js';
import type { RunAtStart } from './schedule.decorator.js';
import { scheduledJobs, startOf } from './scheduled-jobs.js';
import { placedBy, type TaskMark } from './task.decorator.js';
import { TaskRegistry } from './task-registry.js';
import type { TaskHandler } from './task-context.js';

/** Finds the decorated methods of all controllers and providers, and registers them as tasks. */
@Injectable()
export class TaskExplorer {
  private readonly logger = new TasksLogger(TaskExplorer.name);
  private readonly methods: DecoratedMethods;
  private readonly names = new DeclaredNames();
  private readonly overrides: JobOverrides;
  private readonly told = new ToldOnce();

  constructor(
    discovery: DiscoveryService,
    scanner: MetadataScanner,
    private readonly registry: TaskRegistry,
    private readonly options: TasksOptions,
    switches: ScheduleSwitches,
  ) {
    this.methods = new DecoratedMethods(discovery, scanner, switches);
    this.overrides = new JobOverrides(options.overrides);
  }

  /**
   * Safe to call again: what is registered already stays as it is.
   *
   * @throws InvalidInputError naming the method whose declaration is refused, or an override of no job; DuplicateJobError
   */
  explore(): void {
    const found = this.methods.findNew();
    const warning = zoneWarning(this.options);
    if (found.length > 0 && warning && this.told.isNew(warning)) this.logger.warn(warning);
    const local = this.options.store === 'memory';
    for (const [one, name] of this.names.name(found)) {
      for (const warning of declarationWarnings(one.source, one.method, one.stock, local))
        this.logger.warn(warning);
      this.register(one, name);
    }
    this.overrides.checkIds(this.registry.declared().map(({ job }) => job.id));
  }

  private register(found: DecoratedMethod, name: DeclaredName): void {
    const { id, source } = name;
    const { method, stock, mark, schedules } = found;
    const timeZone = defaultZone(this.options);
    const { scope, options, runAtStart } = placedBy(source, method);
    const handler = handlerOf(found, id);
    if (stock && scope === 'node') {
      const declaration = { id, source, stock, options: { scope, ...options }, timeZone };
      const atStart = runAtStart !== undefined;
      return this.registry.registerNodeTask(declareNodeTask(declaration, handler, atStart));
    }
    const shared = { name, options, hasStock: stock !== undefined, timeZone };
    const jobs = [
      ...(stock
        ? [{ job: declaredJobOf({ id, source, stock, options, timeZone }), runAtStart }]
        : []),
      ...scheduledJobs(schedules, shared).map((one) => ({
        job: one.job,
        runAtStart: one.runAtStart ?? runAtStart,
      })),
    ].map((one) => ({ ...one, job: this.overrides.apply(one.job, timeZone) }));
    const atStart = (start: RunAtStart) =>
      jobs.flatMap((one) => (one.runAtStart === start ? [one.job] : []));
    const own = jobs.find(({ job }) => job.id === id)?.job ?? null;
    const more = jobs.flatMap(({ job }) => (job === own ? [] : [job]));
    this.registry.register({
      name: id,
      source,
      handler,
      payload: mark?.payload,
      job: own,
      more: [...more, ...atStart('cluster').map(startOf)],
      atNodeStart: atStart('node').map((job) => job.id),
      ...(stock && { stock }),
      ...concurrencyOf(source, mark),
    });
  }
}

function handlerOf(found: DecoratedMethod, name: string): TaskHandler {
  const { mark, wrapper, source } = found;
  const handler =
    threadHandler(source, mark) ?? instrumentedHandler(found, instancePerRun(wrapper));
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
