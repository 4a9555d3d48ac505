import { z } from 'zod';
import { FOLD, GAP } from './time/clock-policy.js';
import { excludeSchema } from './exclude-spec.js';
import { boundSchema } from './time/instant-text.js';
import { isTimeZone } from './time/zone.js';

const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, { error: 'must be an IANA time zone, such as Europe/Berlin' });

export const bounds = {
  /** Nothing fires before. A date stands for its first instant. Default: no bound. */
  startAt: boundSchema.optional(),
  /** Nothing fires after. A date stands for its last instant. Default: no bound. */
  endAt: boundSchema.optional(),
};

/** What every trigger may say. A trigger inside another takes over what it does not say itself. */
export const zoneFields = {
  /** IANA zone in which wall times and zone-less instants are read. Default: UTC. */
  timeZone: timeZone.optional(),
  /** Fixed offset from UTC in minutes, instead of a zone. */
  utcOffset: z.number().int().min(-1080).max(1080).optional(),
  /**
   * Wall times that a clock change leaves out: one fire time at the first instant after them, or
   * none. Default: `next-valid` for fixed times of day, `skip` for patterns that repeat all day.
   */
  gap: z.enum(GAP).optional(),
  /**
   * Wall times that a clock change shows twice: which pass counts. Default: `first` for fixed times
   * of day, `both` for patterns that repeat all day.
   */
  fold: z.enum(FOLD).optional(),
  /** Time in which nothing fires. Default: none. */
  exclude: excludeSchema.optional(),
};

export const ONE_ZONE = {
  path: ['utcOffset'],
  error: 'cannot be combined with timeZone: give one of them',
};

export const hasOneZone = (spec: {
  readonly timeZone?: string | undefined;
  readonly utcOffset?: number | undefined;
}) => spec.timeZone === undefined || spec.utcOffset === undefined;
