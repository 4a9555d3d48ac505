import { z } from 'zod';
import { WEEKDAYS } from './cron/field-shape.js';
import { boundSchema, dateSchema } from './time/instant-text.js';

const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$|^24:00$/, {
    error: 'must be a time of day, such as 08:00 or 17:30:00',
  })
  .meta({ description: 'Time of day, such as 08:00' });

const weekdays = z
  .array(z.enum(WEEKDAYS, { error: `must be one of ${WEEKDAYS.join(' ')}` }))
  .min(1)
  .max(7);

/**
 * Time in which a trigger does not fire, read in its zone. All parts count together, and a trigger
 * inside another may have its own.
 */
export const excludeSchema = z.strictObject({
  /** Whole days, such as holidays. */
  dates: z.array(dateSchema).max(1_000).optional(),
  /** From one instant or date to another, both included. */
  ranges: z
    .array(z.strictObject({ from: boundSchema, to: boundSchema }))
    .max(1_000)
    .optional(),
  /**
   * Some hours of some weekdays, the end not included: by default all day. A window that ends when
   * or before it begins goes on past midnight.
   */
  weekly: z
    .array(z.strictObject({ weekdays, from: timeOfDay.optional(), to: timeOfDay.optional() }))
    .max(50)
    .optional(),
});

export type ExcludeSpec = z.infer<typeof excludeSchema>;
