import { z } from 'zod';
import {
  plainSchemas,
  type CalendarIntervalSpec,
  type CronSpec,
  type DateSpec,
  type IntervalSpec,
  type PlainSpec,
} from './plain-spec.js';
import { bounds, hasOneZone, ONE_ZONE, zoneFields } from './zone-fields.js';

/**
 * Triggers as they are stored and sent: plain JSON, told apart by `type`.
 *
 * Instants are RFC 3339, or without a zone and then read in the zone of the trigger. Durations add
 * up: `{hours: 1, minutes: 30}` is ninety minutes.
 */

/** `and` and `or` may stand inside each other so many levels deep. */
const MAX_LEVELS = 8;

/** So many triggers may stand side by side in an `and` or `or`. */
const MAX_SIDE_BY_SIDE = 16;

const combined = (level: number) =>
  z
    .strictObject({
      /** `and` fires when all of its triggers do in the same instant, `or` when any does. */
      type: z.enum(['and', 'or']),
      triggers: z
        .array(atLevel(level + 1))
        .min(1)
        .max(MAX_SIDE_BY_SIDE),
      ...bounds,
      ...zoneFields,
    })
    .refine(hasOneZone, ONE_ZONE);

const tooDeep = z
  .looseObject({ type: z.enum(['and', 'or']) })
  .refine(() => false, { error: `is nested more than ${MAX_LEVELS} levels deep` });

const NO_TYPE = {
  error: 'must have a type: "cron", "interval", "date", "calendar-interval", "and" or "or"',
};

// Each level has a schema of its own, so that no input can make the check recurse without end.
function atLevel(level: number): z.ZodType<TriggerSpec, TriggerSpec> {
  const nested = level > MAX_LEVELS ? tooDeep : combined(level);
  const schema: z.ZodType = z.discriminatedUnion('type', [...plainSchemas, nested], NO_TYPE);
  return schema as z.ZodType<TriggerSpec, TriggerSpec>;
}

export const triggerSpecSchema = atLevel(1);

export type { CalendarIntervalSpec, CronSpec, DateSpec, IntervalSpec, PlainSpec };
export interface CombinedSpec extends Omit<DateSpec, 'type' | 'at'> {
  type: 'and' | 'or';
  triggers: TriggerSpec[];
}
export type TriggerSpec = PlainSpec | CombinedSpec;

const MS = {
  weeks: 604_800_000,
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1_000,
  milliseconds: 1,
} as const;

/** The shortest period that is accepted, in milliseconds. */
export const MIN_PERIOD_MS = 10;

/** The longest one: a hundred years. What is longer leaves the calendar at the first step. */
export const MAX_PERIOD_MS = 36_525 * MS.days;

/** The length of an interval's period in milliseconds. */
export function periodMs(spec: IntervalSpec): number {
  return Object.entries(MS).reduce(
    (sum, [unit, ms]) => sum + (spec[unit as keyof typeof MS] ?? 0) * ms,
    0,
  );
}
