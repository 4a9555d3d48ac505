import { SetMetadata } from '@nestjs/common';
import { jobPolicySchema, newJobSchema } from '../domain/job.js';
import type { z } from 'zod';
import type { PayloadSchema } from './payload-schema.js';
import type { TaskContext } from './task-context.js';

const TASK = 'carillon:task';
const TASK_OPTIONS = 'carillon:task-options';

/** How a declared job behaves: its policies and its tags. */
export const taskOptionsSchema = jobPolicySchema.extend({ tags: newJobSchema.shape.tags });

export type TaskOptionsInput = z.input<typeof taskOptionsSchema>;

/** What a task takes. */
export interface TaskSettings<Payload> {
  /**
   * A Standard Schema, for instance of zod. A run whose payload does not match fails with each
   * refused field by name; the method gets what the schema returns. Default: any payload.
   */
  readonly payload?: PayloadSchema<Payload>;
}

/** A method that can be a task: it may take the payload and the context of its run. */
type TaskMethod<Payload> = (payload: Payload, context: TaskContext) => unknown;

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
  const mark: TaskMark = { name, payload: settings.payload };
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
}

/** What `@Task` says of the method; undefined without it. */
export function taskMarkOf(method: object): TaskMark | undefined {
  return Reflect.getMetadata(TASK, method) as TaskMark | undefined;
}

/** What `@TaskOptions` says of the method, as it was written; undefined without it. */
export function taskOptionsOf(method: object): object | undefined {
  return Reflect.getMetadata(TASK_OPTIONS, method) as object | undefined;
}
