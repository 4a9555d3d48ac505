import { SetMetadata } from '@nestjs/common';
import type { ConfiguredJobInput } from '../domain/configured-job.js';
import type { TaskContext } from './task-context.js';

const SCHEDULES = 'carillon:schedules';

/** Whether a job also runs at a start: of each node, or of the cluster. */
export type RunAtStart = 'node' | 'cluster';

/** What one schedule of a method says beside its trigger: a name, a payload, policies and tags. */
export type ScheduleOptions = Omit<ConfiguredJobInput, 'id' | 'task' | 'trigger' | 'disabled'> & {
  /** The job's id. Needed where the method has several triggers. Default: that of the method. */
  readonly name?: string;
  readonly runAtStart?: RunAtStart;
};

/** A trigger of any type, or a cron expression. */
export type ScheduleTrigger = ConfiguredJobInput['trigger'] | string;

/** One `@Schedule` as it was written. */
export interface Schedule {
  readonly trigger: ScheduleTrigger;
  readonly options: ScheduleOptions;
}

type ScheduledMethod<Payload> = (payload: Payload, context: TaskContext<Payload>) => unknown;

/**
 * Gives a method a job that a trigger of any type fires. A method may have several, each a job of its
 * own with its own payload, plan and ledger:
 *
 * ```ts
 * @Schedule('0 9 * * 1-5', { name: 'report-morning', payload: { kind: 'short' } })
 * @Schedule({ type: 'interval', hours: 6 }, { name: 'report-full', payload: { kind: 'full' } })
 * write(payload: { kind: string }) { … }
 * ```
 *
 * Policies of `@TaskOptions` on the same method hold for all of them; what one says itself wins. With
 * `runAtStart: 'cluster'` the job also runs once after each cold start of the cluster, with `'node'`
 * once after each start of a node; a run that would overlap is skipped as the job's policy says.
 *
 * The start fails, naming the method, when a value is refused.
 */
export function Schedule(trigger: ScheduleTrigger, options: ScheduleOptions = {}) {
  return <Method extends ScheduledMethod<never>>(
    target: object,
    key: string,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    // Decorators are applied from the bottom up.
    const below = descriptor.value ? schedulesOf(descriptor.value) : [];
    const all: readonly Schedule[] = [{ trigger, options }, ...below];
    SetMetadata(SCHEDULES, all)(target, key, descriptor);
  };
}

/** In the order in which they stand above the method. */
export function schedulesOf(method: object): readonly Schedule[] {
  return (Reflect.getMetadata(SCHEDULES, method) as readonly Schedule[] | undefined) ?? [];
}
