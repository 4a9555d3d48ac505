import type { Budget } from './time/budget.js';
import type { Fold, Gap } from './time/clock-policy.js';
import type { Rule } from './rules/rule.js';
import type { TriggerSpec } from './trigger-spec.js';
import { UTC, type Zone } from './time/zone.js';

/** What a trigger takes over from the one around it. */
export interface Surroundings {
  readonly zone: Zone;
  readonly gap?: Gap | undefined;
  readonly fold?: Fold | undefined;
  /** Turns `H` in a cron expression into a value of its own. */
  readonly seed?: string | undefined;
  /** Pays for looking up the zones' histories. Default: no limit. */
  readonly budget?: Budget | undefined;
  /** Is shown each trigger of a spec, the inner ones first. */
  readonly inspect?: ((compiled: Compiled) => void) | undefined;
}

export interface Compiled {
  readonly spec: TriggerSpec;
  readonly rule: Rule;
  readonly pointer: string;
  readonly zone: Zone;
}

export const OUTERMOST: Surroundings = { zone: UTC };
