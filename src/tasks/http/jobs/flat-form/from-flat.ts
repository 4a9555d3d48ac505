import { InvalidInputError } from '../../../domain/errors.js';
import type { NewJobInput } from '../../../domain/job.js';
import { triggerFields, type FlatJob, type FlatPatch, type TriggerFields } from './flat-job.js';
import { firingFirstAt, instantOfFlat, triggerOfFlat } from './flat-trigger.js';

/** A flat job as our own form has it. @throws InvalidInputError */
export function jobOfFlat({ id, func, trigger, ...flat }: FlatJob): NewJobInput {
  const { next_run_time: next } = flat;
  const spec = triggerOfFlat(trigger, triggerPart(flat));
  return {
    id,
    task: func,
    trigger: typeof next === 'string' ? firingFirstAt(spec, instantAt(next)) : spec,
    ...policies(flat),
    ...(next === null && { paused: true }),
  };
}

export interface FlatChange {
  readonly patch: Record<string, unknown>;
  /** What `next_run_time` says; undefined: nothing. */
  readonly next: Date | null | undefined;
}

/** A flat change as our own form has it. @throws InvalidInputError */
export function changeOfFlat({ func, trigger, ...flat }: FlatPatch): FlatChange {
  const fields = triggerPart(flat);
  const { jitter: _jitter, ...ofTrigger } = fields;
  if (trigger === undefined && Object.keys(ofTrigger).length > 0) {
    const [name = ''] = Object.keys(ofTrigger);
    throw new InvalidInputError('The change', [
      { pointer: `/${name}`, message: 'needs the trigger that it belongs to: send `trigger` too' },
    ]);
  }
  const { next_run_time: next } = flat;
  return {
    patch: {
      ...(func !== undefined && { task: func }),
      ...(trigger !== undefined && { trigger: triggerOfFlat(trigger, fields) }),
      ...policies(flat),
    },
    next: typeof next === 'string' ? instantAt(next) : next,
  };
}

type Policies = Omit<FlatPatch, 'func' | 'trigger'>;

function policies(flat: Policies) {
  const { misfire_grace_time: grace, coalesce, max_instances: maxInstances, jitter, name } = flat;
  return {
    ...(name !== undefined && { name }),
    ...payload(flat),
    ...(grace !== undefined && {
      misfireGraceMs: grace === null ? null : Math.round(grace * 1_000),
    }),
    ...(coalesce !== undefined && { coalesce: coalesce ? ('latest' as const) : ('all' as const) }),
    ...(maxInstances !== undefined && { maxInstances }),
    ...(jitter !== undefined && { jitterMs: Math.round(jitter * 1_000) }),
  };
}

/** Keyword arguments are the payload, else the others, else both by their names. */
function payload({ args = [], kwargs = {} }: Policies) {
  const named = Object.keys(kwargs).length > 0;
  if (args.length > 0) return { payload: named ? { args, kwargs } : args };
  return named ? { payload: kwargs } : {};
}

function triggerPart(flat: Policies): TriggerFields {
  return Object.fromEntries(
    Object.entries(flat).filter(([name]) => Object.hasOwn(triggerFields, name)),
  );
}

function instantAt(text: string): Date {
  const at = instantOfFlat(text);
  if (at) return at;
  throw new InvalidInputError('The job', [
    { pointer: '/next_run_time', message: 'must be an instant with a zone, or null to pause' },
  ]);
}
