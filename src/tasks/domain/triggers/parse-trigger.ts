import type { z } from 'zod';
import { InvalidInputError, type Issue } from '../errors.js';
import { CronTrigger } from './cron-trigger.js';
import { DateTrigger } from './date-trigger.js';
import { IntervalTrigger } from './interval-trigger.js';
import type { Trigger } from './trigger.js';
import {
  LONGEST_PERIOD_MS,
  periodMs,
  SHORTEST_PERIOD_MS,
  triggerSpecSchema,
  type CronSpec,
  type TriggerSpec,
} from './trigger-spec.js';

/**
 * The trigger that a spec describes.
 *
 * @throws InvalidInputError naming each refused field, also for a spec that can never fire.
 */
export function parseTrigger(spec: unknown): Trigger {
  const parsed = triggerSpecSchema.safeParse(spec);
  if (!parsed.success) throw new InvalidInputError('The trigger', issuesOf(parsed.error));
  const trigger = triggerOf(parsed.data);
  if (parsed.data.type === 'cron' && trigger.next(EPOCH) === null) {
    throw refuse('/expression', `"${parsed.data.expression}" never fires`);
  }
  return trigger;
}

/** The trigger of a spec that was checked before it was stored. */
export function triggerOf(spec: TriggerSpec): Trigger {
  switch (spec.type) {
    case 'cron':
      return cronTrigger(spec);
    case 'interval': {
      const period = periodMs(spec);
      if (!(period >= SHORTEST_PERIOD_MS && period <= LONGEST_PERIOD_MS)) {
        throw refuse(
          '',
          `must add up to a period from ${SHORTEST_PERIOD_MS} ms to ${LONGEST_PERIOD_MS} ms (100 years)`,
        );
      }
      return new IntervalTrigger(period, new Date(spec.startAt ?? 0));
    }
    case 'date':
      return new DateTrigger(new Date(spec.at));
  }
}

/** The fields that make a spec unusable; none when it is fine. */
export function triggerIssues(spec: unknown): readonly Issue[] {
  try {
    parseTrigger(spec);
    return [];
  } catch (error) {
    if (error instanceof InvalidInputError) return error.issues;
    throw error;
  }
}

const EPOCH = new Date(0);

function cronTrigger(spec: CronSpec): Trigger {
  try {
    return new CronTrigger(spec);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refuse('/expression', `"${spec.expression}" is not a cron expression: ${reason}`);
  }
}

function refuse(pointer: string, message: string): InvalidInputError {
  return new InvalidInputError('The trigger', [{ pointer, message }]);
}

/** zod's issues as JSON pointers. */
export function issuesOf(error: z.ZodError, prefix = ''): readonly Issue[] {
  return error.issues.flatMap((issue) => {
    const pointer = prefix + issue.path.map((part) => `/${escape(String(part))}`).join('');
    return issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          pointer: `${pointer}/${escape(key)}`,
          message: 'is not a known field',
        }))
      : [{ pointer, message: issue.message }];
  });
}

const escape = (part: string) => part.replaceAll('~', '~0').replaceAll('/', '~1');
