import { z } from 'zod';

/**
 * Triggers as they are stored and sent: plain JSON, told apart by `type`.
 *
 * Instants are RFC 3339; one without a zone is refused, for nobody could say later which zone was
 * meant. Durations add up: `{hours: 1, minutes: 30}` is ninety minutes.
 */

const instant = z.iso
  .datetime({
    offset: true,
    error: 'must be an RFC 3339 instant with a zone, such as 2026-11-23T08:00:00Z',
  })
  .meta({ description: 'RFC 3339 instant' });

const amount = z.number().int().nonnegative();

const isTimeZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};

const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, { error: 'must be an IANA time zone, such as Europe/Berlin' });

const cron = z
  .strictObject({
    type: z.literal('cron'),
    /** Five, six (seconds first) or seven (year last) fields, or a name such as `@daily`. */
    expression: z.string().trim().min(1).max(256),
    /** IANA zone in which the expression is read. Default: UTC. */
    timeZone: timeZone.optional(),
    /** Fixed offset from UTC in minutes, instead of a zone. */
    utcOffset: z.number().int().min(-1080).max(1080).optional(),
  })
  .refine((spec) => spec.timeZone === undefined || spec.utcOffset === undefined, {
    path: ['utcOffset'],
    error: 'cannot be combined with timeZone: give one of them',
  });

const interval = z.strictObject({
  type: z.literal('interval'),
  weeks: amount.optional(),
  days: amount.optional(),
  hours: amount.optional(),
  minutes: amount.optional(),
  seconds: amount.optional(),
  milliseconds: amount.optional(),
  /** Anchor of the grid and its first fire time. Default: the epoch, or creation plus one period. */
  startAt: instant.optional(),
});

const date = z.strictObject({
  type: z.literal('date'),
  /** The one instant at which it fires. */
  at: instant,
});

export const triggerSpecSchema = z.discriminatedUnion('type', [cron, interval, date], {
  error: 'must have a type: "cron", "interval" or "date"',
});

export type TriggerSpec = z.infer<typeof triggerSpecSchema>;
export type CronSpec = z.infer<typeof cron>;
export type IntervalSpec = z.infer<typeof interval>;
export type DateSpec = z.infer<typeof date>;

const MS = {
  weeks: 604_800_000,
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1_000,
  milliseconds: 1,
} as const;

/** The shortest period that is accepted, in milliseconds. */
export const SHORTEST_PERIOD_MS = 10;

/** The longest one: a hundred years. What is longer leaves the calendar at the first step. */
export const LONGEST_PERIOD_MS = 36_525 * MS.days;

/** The length of an interval's period in milliseconds. */
export function periodMs(spec: IntervalSpec): number {
  return Object.entries(MS).reduce(
    (sum, [unit, ms]) => sum + (spec[unit as keyof typeof MS] ?? 0) * ms,
    0,
  );
}
