import { z } from 'zod';
import { CRON_FIELDS } from './cron/cron-fields.js';
import { boundSchema, dateSchema, instantSchema } from './time/instant-text.js';
import { bounds, hasOneZone, ONE_ZONE, zoneFields } from './zone-fields.js';

/** The triggers that stand for themselves, as they are stored and sent. */

const fieldText = z.union(
  [z.number().int(), z.string().trim().min(1, { error: 'must not be empty' }).max(256)],
  {
    error: 'must be a number or a text such as "*/5", "1-5" or "mon-fri"',
  },
);

const fields = z
  .strictObject(
    Object.fromEntries(CRON_FIELDS.map((field) => [field, fieldText.optional()])) as Record<
      (typeof CRON_FIELDS)[number],
      z.ZodOptional<typeof fieldText>
    >,
  )
  .refine((given) => Object.values(given).some((text) => text !== undefined), {
    error: `must give at least one of ${CRON_FIELDS.join(' ')}`,
  });

const cron = z
  .strictObject({
    type: z.literal('cron'),
    /** Five, six (seconds first) or seven (year last) fields, or a name such as `@daily`. */
    expression: z.string().trim().min(1).max(256).optional(),
    /** The same by named fields, in APScheduler's grammar. Instead of `expression`. */
    fields: fields.optional(),
    /**
     * Whether a day must match the day of month or the day of week, or both, if an expression
     * restricts both. `vixie` is the rule of Vixie's crontab: both if one of the fields begins with a
     * star, as a step over all days of the month does, else either. Default: `either`, as
     * `@nestjs/schedule` has it.
     */
    dayMatch: z.enum(['either', 'both', 'vixie']).optional(),
    ...bounds,
    ...zoneFields,
  })
  .refine((spec) => (spec.expression === undefined) !== (spec.fields === undefined), {
    path: ['expression'],
    error: 'must be given, or `fields` instead of it',
  })
  .refine((spec) => spec.fields === undefined || spec.dayMatch === undefined, {
    path: ['dayMatch'],
    error: 'belongs to an expression: all fields of `fields` must match',
  })
  .refine(hasOneZone, ONE_ZONE);

const amount = z.number().int().nonnegative();

const interval = z
  .strictObject({
    type: z.literal('interval'),
    weeks: amount.optional(),
    days: amount.optional(),
    hours: amount.optional(),
    minutes: amount.optional(),
    seconds: amount.optional(),
    milliseconds: amount.optional(),
    ...bounds,
    /** Anchor of the grid and first fire time. Default: the epoch, or creation plus one period. */
    startAt: boundSchema.optional(),
    ...zoneFields,
  })
  .refine(hasOneZone, ONE_ZONE);

const date = z
  .strictObject({
    type: z.literal('date'),
    /** The one instant at which it fires. */
    at: instantSchema,
    ...bounds,
    ...zoneFields,
  })
  .refine(hasOneZone, ONE_ZONE);

const calendarAmount = amount.max(1_000_000);

const calendarInterval = z
  .strictObject({
    type: z.literal('calendar-interval'),
    years: calendarAmount.optional(),
    months: calendarAmount.optional(),
    weeks: calendarAmount.optional(),
    days: calendarAmount.optional(),
    /** Time of day by the wall clock. Default: midnight. */
    hour: z.number().int().min(0).max(23).optional(),
    minute: z.number().int().min(0).max(59).optional(),
    second: z.number().int().min(0).max(59).optional(),
    ...bounds,
    /** The first date. Default: 1970-01-01. */
    startAt: dateSchema.optional(),
    ...zoneFields,
  })
  .refine(hasOneZone, ONE_ZONE);

/** One for each type. */
export const plainSchemas = [cron, interval, date, calendarInterval] as const;

export type CronSpec = z.infer<typeof cron>;
export type IntervalSpec = z.infer<typeof interval>;
export type DateSpec = z.infer<typeof date>;
export type CalendarIntervalSpec = z.infer<typeof calendarInterval>;
export type PlainSpec = CronSpec | IntervalSpec | DateSpec | CalendarIntervalSpec;
