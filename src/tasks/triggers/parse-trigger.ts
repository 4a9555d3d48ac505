import { InvalidInputError, issuesOf, type Issue } from './invalid-input.js';
import { Budget, SearchTooLong } from './time/budget.js';
import { compileTrigger } from './compile-trigger.js';
import { OUTERMOST, type Compiled } from './surroundings.js';
import { refuse } from './refuse.js';
import { inspector } from './inspect-trigger.js';
import { RuleTrigger } from './rule-trigger.js';
import type { Trigger } from './trigger.js';
import { triggerSpecSchema, type TriggerSpec } from './trigger-spec.js';

export interface TriggerOptions {
  /** Gives `H` in a cron expression its value, such as a job's id. Default: none, `H` is refused. */
  readonly seed?: string;
}

/**
 * The trigger that a spec describes.
 *
 * @throws InvalidInputError naming each refused field, also for a spec that can never fire.
 */
export function parseTrigger(spec: unknown, { seed }: TriggerOptions = {}): Trigger {
  const parsed = triggerSpecSchema.safeParse(spec);
  if (!parsed.success) throw new InvalidInputError('The trigger', issuesOf(parsed.error));
  const budget = new Budget();
  const inspect: (compiled: Compiled) => void = inspector(budget);
  try {
    return new RuleTrigger(compileTrigger(parsed.data, { ...OUTERMOST, seed, budget, inspect }));
  } catch (error) {
    if (!(error instanceof SearchTooLong)) throw error;
    throw refuse(
      '',
      'has no fire time that was found with the effort allowed: see that its parts can come together, or make it simpler',
    );
  }
}

/** The trigger of a spec that was checked before it was stored. */
export function triggerOf(spec: TriggerSpec, { seed }: TriggerOptions = {}): Trigger {
  return new RuleTrigger(
    compileTrigger(spec, seed === undefined ? OUTERMOST : { ...OUTERMOST, seed }),
  );
}

/** The fields that make a spec unusable; none when it is fine. */
export function triggerIssues(spec: unknown, options: TriggerOptions = {}): readonly Issue[] {
  try {
    parseTrigger(spec, options);
    return [];
  } catch (error) {
    if (error instanceof InvalidInputError) return error.issues;
    throw error;
  }
}
