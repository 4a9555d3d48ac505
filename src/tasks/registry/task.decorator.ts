import { SetMetadata } from '@nestjs/common';
import { InvalidInputError } from '../domain/errors.js';
import type { RunAtStart } from './schedule.decorator.js';
import type { TaskOptionsInput } from './task-options.js';
import type { PayloadSchema } from './payload-schema.js';
import type { TaskContext, ThreadEntry } from './task-context.js';

const TASK = 'carillon:task';
const TASK_OPTIONS = 'carillon:task-options';

/** What a task takes. */
export interface TaskSettings<Payload> {
  /**
   * A Standard Schema, for instance of zod. A run whose payload does not match fails with each
   * refused field by name; the method gets what the schema returns. Default: any payload.
   */
  readonly payload?: PayloadSchema<Payload>;
  /** How many runs of it a node works on at once. Default: as many as the node has slots. */
  readonly concurrency?: number;
  /**
   * Runs a function of a module in a worker thread, in the place of the method: for work that keeps a
   * core busy, which would hold up everything else here. It is called with the payload and what is
   * known of the run; both and the result are copied. Unlike a method it is really ended, in the midst
   * of what it computes, when the run is cancelled or its time is over. Default: the method itself.
   */
  readonly thread?: ThreadEntry;
}

/** A method that can be a task: it may take the payload and the context of its run. */
type TaskMethod<Payload> = (payload: Payload, context: TaskContext<Payload>) => unknown;

type TaskMethodDecorator<Payload> = <Method extends TaskMethod<Payload>>(
  target: object,
  key: string,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/**
 * Names a provider's method as a task: code that jobs made at run time may ask for.
 *
 * ```ts
 * @Task('send-invoice', { payload: z.object({ invoice: z.string() }) })
 * send(payload: { invoice: string }, { signal }: TaskContext) { … }
 * ```
 *
 * Together with `@Cron`, `@Interval` or `@Timeout` it gives their job its name and its payload's
 * schema.
 *
 * @param name Default: `Class.method`.
 */
export function Task<Payload = never>(
  name?: string,
  settings: TaskSettings<Payload> = {},
): TaskMethodDecorator<Payload> {
  const mark: TaskMark = { name, payload: settings.payload, settings };
  return (target, key, descriptor) => {
    SetMetadata(TASK, mark)(target, key, descriptor);
  };
}

/**
 * Sets policies and tags of the job that `@Cron`, `@Interval` or `@Timeout` declares on the same
 * method, in any order. What is not given keeps its default (see `jobPolicySchema`).
 *
 * ```ts
 * @Cron('0 9 * * 1-5', { name: 'daily-report' })
 * @TaskOptions({ misfireGraceMs: 3_600_000, tags: ['reports'] })
 * write() { … }
 * ```
 *
 * What each process must do for itself, such as refreshing a cache, has the scope `node`:
 *
 * ```ts
 * @Interval(5_000)
 * @TaskOptions({ scope: 'node' })
 * refresh() { … }
 * ```
 *
 * The start fails, naming the method, when a value is refused.
 */
export function TaskOptions(options: TaskOptionsInput): TaskMethodDecorator<never> {
  return (target, key, descriptor) => {
    SetMetadata(TASK_OPTIONS, options)(target, key, descriptor);
  };
}

export interface TaskMark {
  readonly name: string | undefined;
  readonly payload: PayloadSchema | undefined;
  readonly settings: Pick<TaskSettings<never>, 'concurrency' | 'thread'>;
}

/** What `@Task` says of the method; undefined without it. */
export function taskMarkOf(method: object): TaskMark | undefined {
  return Reflect.getMetadata(TASK, method) as TaskMark | undefined;
}

/** What `@TaskOptions` says of the method, as it was written; undefined without it. */
export function taskOptionsOf(method: object): object | undefined {
  return Reflect.getMetadata(TASK_OPTIONS, method) as object | undefined;
}

/** What `@TaskOptions` says of where a method's job runs and what it is called, and the rest of it. */
export interface Placed {
  /** `cluster` unless it says `node`. */
  readonly scope: 'cluster' | 'node';
  /** Tells instances of the class apart, by a text that is the same in every process. */
  readonly instance: ((self: object) => unknown) | undefined;
  readonly runAtStart: RunAtStart | undefined;
  readonly options: object | undefined;
}

/** @throws InvalidInputError naming the method when the scope is neither, or `instance` no function */
export function placedBy(source: string, method: object): Placed {
  const given: Partial<Placed> | undefined = taskOptionsOf(method);
  if (given === undefined) return PLAIN;
  const { scope = 'cluster', instance, runAtStart, ...options } = given;
  const issues = [
    ...(scope === 'node' || scope === 'cluster'
      ? []
      : [{ pointer: '/scope', message: 'must be "cluster" or "node"' }]),
    ...(instance === undefined || typeof instance === 'function'
      ? []
      : [{ pointer: '/instance', message: 'must be a function such as (self) => self.region' }]),
  ];
  const starts = scope === 'node' ? ['node'] : ['node', 'cluster'];
  if (runAtStart !== undefined && !starts.includes(runAtStart)) {
    const which = starts.map((start) => `"${start}"`).join(' or ');
    issues.push({ pointer: '/runAtStart', message: `must be ${which} with the scope "${scope}"` });
  }
  if (issues.length > 0) throw new InvalidInputError(`The declaration of ${source}`, issues);
  return { scope, instance, runAtStart, options };
}

const PLAIN: Placed = {
  scope: 'cluster',
  instance: undefined,
  runAtStart: undefined,
  options: undefined,
};
