import { isDeepStrictEqual } from 'node:util';
import { InvalidInputError, WrongStateError } from './errors.js';
import type { Job } from './job.js';
import { triggerOf } from '../triggers/parse-trigger.js';
import { periodMs, triggerSpecSchema, type TriggerSpec } from '../triggers/trigger-spec.js';
import type { Trigger } from '../triggers/trigger.js';

/** How the trigger that somebody gives to a job becomes the one that is stored, and its next fire. */

/** An interval begins one period after it was made. @throws InvalidInputError */
export function anchored(trigger: TriggerSpec, now: Date, seed: string): TriggerSpec {
  triggerOf(trigger, { seed });
  if (trigger.type !== 'interval' || trigger.startAt !== undefined) return trigger;
  return { ...trigger, startAt: new Date(now.getTime() + periodMs(trigger)).toISOString() };
}

/**
 * The same, but one that has not changed keeps the grid it was given first: a job every 24 hours
 * would never fire where deploys, or whoever puts it again, come more often than that.
 */
export function continued(
  stored: TriggerSpec,
  given: TriggerSpec,
  now: Date,
  seed: string,
): TriggerSpec {
  return isDeepStrictEqual(grid(stored, given), given) ? stored : anchored(given, now, seed);
}

/** A stored interval without the beginning that it was given for want of one. */
function grid(stored: TriggerSpec, { type, startAt }: TriggerSpec): object {
  const { startAt: _begins, ...rest } = { ...stored };
  return type === 'interval' && startAt === undefined ? rest : stored;
}

/** The first fire time of a trigger that somebody asks for. @throws InvalidInputError */
export function firstOf(trigger: TriggerSpec, now: Date, seed: string): Date {
  const first = triggerOf(trigger, { seed }).next(now);
  if (first !== null) return first;
  throw new InvalidInputError('The job', [
    {
      pointer: '/trigger',
      message: `has no fire time after ${now.toISOString()}: give it one in the future`,
    },
  ]);
}

/** When a job fires next that is neither paused nor orphaned; null: never. @throws WrongStateError */
export function nextOf(
  job: Pick<Job, 'id' | 'trigger' | 'maxRuns'>,
  fired: number,
  after: Date,
): Date | null {
  if (job.maxRuns !== null && fired >= job.maxRuns) return null;
  return readable(job).next(after);
}

/**
 * From when on a job is planned anew: from now, and never from before what has been dealt with,
 * should the database's clock have been set back.
 */
export function replanFrom({ lastFireAt }: Pick<Job, 'lastFireAt'>, now: Date): Date {
  return lastFireAt !== null && lastFireAt > now ? lastFireAt : now;
}

/** Null: this version cannot read it, or knows too little to, such as a new time zone. */
export function ruleOf({ id, trigger }: Pick<Job, 'id' | 'trigger'>): Trigger | null {
  if (!triggerSpecSchema.safeParse(trigger).success) return null;
  try {
    return triggerOf(trigger, { seed: id });
  } catch {
    return null;
  }
}

/** @throws WrongStateError */
export function readable(job: Pick<Job, 'id' | 'trigger'>): Trigger {
  const rule = ruleOf(job);
  if (rule !== null) return rule;
  throw new WrongStateError(
    `Job "${job.id}" has a trigger that this version cannot read, so it cannot be planned. ` +
      `Ask a node of the version that wrote it, give it another trigger, or remove it.`,
  );
}
