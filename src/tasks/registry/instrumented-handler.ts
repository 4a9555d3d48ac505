import { stockExplorer, WRAP } from './stock-explorer.js';
import type { TaskContext, TaskHandler } from './task-context.js';

/** The object to call a method on: one for all runs, or made for each. */
export type InstanceOf = (context: TaskContext) => object | Promise<object>;

/** A method as agents see it. */
export interface WatchedMethod {
  /** Where it was found. */
  readonly instance: object;
  readonly key: string;
  readonly method: object;
  readonly takesArguments: boolean;
}

/** What the recorder notes of one call. */
interface Slot {
  outcome?: { readonly value: unknown } | { readonly error: unknown };
}

type Wrapped = (payload: unknown, context: unknown, slot: Slot) => unknown;
type Wrap = (method: Wrapped, instance: object) => Wrapped;

/**
 * A handler that calls the method on its provider, seen by monitoring agents.
 *
 * Agents that watch scheduled methods patch the wrapper that `@nestjs/schedule` puts around each.
 * So ours go through it as well. That wrapper swallows what a method throws, so a recorder inside of
 * it notes the outcome; and it would log the error once more, so its logger is silent.
 *
 * A method that bears only decorators of `@nestjs/schedule` is called as that calls it: with no
 * arguments, so that its default, optional and rest parameters keep their meaning.
 *
 * @param instanceOf Default: the instance on which the method was found, for every run.
 */
export function instrumentedHandler(
  { instance, key, method, takesArguments }: WatchedMethod,
  instanceOf?: InstanceOf,
): TaskHandler {
  const wrap: unknown = stockExplorer && Reflect.get(stockExplorer, WRAP);
  // Read at each call, so that a method that was replaced on the instance is the one that runs.
  const callOn = (on: object, ...args: Parameters<TaskHandler>) =>
    Reflect.apply(Reflect.get(on, key) as TaskHandler, on, takesArguments ? args : []) as unknown;
  const call: TaskHandler = instanceOf
    ? async (payload, context) => callOn(await instanceOf(context), payload, context)
    : (payload, context) => callOn(instance, payload, context);
  if (typeof wrap !== 'function') return call;

  const wrapped = (wrap as Wrap).call(silentExplorer(), recorder(call, method, key), instance);
  return (payload, context) => {
    const slot: Slot = {};
    const passed = wrapped(payload, context, slot);
    // A method that has ended has an outcome now: whoever called it need not wait for a promise.
    if (slot.outcome) return outcomeOf(slot, key);
    return Promise.resolve(passed).then(() => outcomeOf(slot, key));
  };
}

/** @throws what the method threw */
function outcomeOf({ outcome }: Slot, key: string): unknown {
  if (outcome === undefined) throw lostOutcome(key);
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

/** Bears the name and the metadata of the method: that is what agents label a run with. */
function recorder(call: TaskHandler, method: object, key: string): Wrapped {
  const record: Wrapped = (payload, context, slot) => {
    const failed = (error: unknown) => {
      slot.outcome = { error };
      throw error;
    };
    const returned = (value: unknown) => {
      slot.outcome = { value };
      return value;
    };
    let value: unknown;
    try {
      value = call(payload, context as Parameters<TaskHandler>[1]);
    } catch (error) {
      return failed(error);
    }
    return isThenable(value) ? Promise.resolve(value).then(returned, failed) : returned(value);
  };
  Object.defineProperty(record, 'name', { value: key });
  for (const metadata of Reflect.getMetadataKeys(method)) {
    Reflect.defineMetadata(metadata, Reflect.getMetadata(metadata, method), record);
  }
  return record;
}

function silentExplorer(): object {
  const say = () => undefined;
  const logger = { error: say, warn: say, log: say, debug: say, verbose: say, fatal: say };
  return Object.assign(Object.create(stockExplorer) as object, { logger });
}

function lostOutcome(key: string): Error {
  return new Error(
    `The outcome of "${key}" got lost: something that patches ScheduleExplorer does not pass its ` +
      'arguments on. Update or remove that instrumentation.',
  );
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
