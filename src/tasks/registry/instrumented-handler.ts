import { ScheduleExplorer } from '@nestjs/schedule';
import type { TaskHandler } from './task-registry.js';

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
 */
export function instrumentedHandler(instance: object, key: string, method: object): TaskHandler {
  const wrap: unknown = ScheduleExplorer.prototype['wrapFunctionInTryCatchBlocks'];
  // Read at each call, so that a method that was replaced on the instance is the one that runs.
  const call: TaskHandler = (payload, context) =>
    (Reflect.get(instance, key) as TaskHandler).call(instance, payload, context);
  if (typeof wrap !== 'function') return call;

  const wrapped = (wrap as Wrap).call(silentExplorer(), recorder(call, method, key), instance);
  return async (payload, context) => {
    const slot: Slot = {};
    await wrapped(payload, context, slot);
    if (slot.outcome === undefined) throw lostOutcome(key);
    if ('error' in slot.outcome) throw slot.outcome.error;
    return slot.outcome.value;
  };
}

/** Bears the name and the metadata of the method: that is what agents label a run with. */
function recorder(call: TaskHandler, method: object, key: string): Wrapped {
  const record = async (payload: unknown, context: unknown, slot: Slot) => {
    try {
      const value = await call(payload, context as Parameters<TaskHandler>[1]);
      slot.outcome = { value };
      return value;
    } catch (error) {
      slot.outcome = { error };
      throw error;
    }
  };
  Object.defineProperty(record, 'name', { value: key });
  for (const metadata of Reflect.getMetadataKeys(method)) {
    Reflect.defineMetadata(metadata, Reflect.getMetadata(metadata, method), record);
  }
  return record;
}

function silentExplorer(): ScheduleExplorer {
  const say = () => undefined;
  const logger = { error: say, warn: say, log: say, debug: say, verbose: say, fatal: say };
  const explorer = Object.create(ScheduleExplorer.prototype) as ScheduleExplorer;
  return Object.assign(explorer, { logger });
}

function lostOutcome(key: string): Error {
  return new Error(
    `The outcome of "${key}" got lost: something that patches ScheduleExplorer does not pass its ` +
      'arguments on. Update or remove that instrumentation.',
  );
}
