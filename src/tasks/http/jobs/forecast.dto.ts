import { z } from 'zod';
import { InvalidInputError } from '../../domain/errors.js';
import { hourOf } from '../../domain/series.js';
import { instant, instantSchema } from '../protocol/instant.dto.js';
import { countSchema, several } from '../protocol/page.dto.js';
import { zoneSchema } from '../protocol/zone.dto.js';

const DAY_MS = 86_400_000;

/** The longest range, in days: a week, from any day of it on. */
const MAX_DAYS = 8;

const text = z.string().min(1).max(200);

export const forecastQuerySchema = z.strictObject({
  /** Default: the hour that it is. */
  from: instantSchema.exactOptional(),
  /** Default: a day later. */
  to: instantSchema.exactOptional(),
  by: z.enum(['hour', 'day']).default('hour'),
  /** Whose days are meant. Default: UTC. */
  timeZone: zoneSchema,
  /** Only jobs of this id or name, in part; of this task; with any of these tags. */
  text: text.exactOptional(),
  task: text.exactOptional(),
  tag: several(text).exactOptional(),
  /** How many jobs are told of one by one: those that fire most. */
  limit: countSchema(500, 'must be a whole number from 1 to 500').prefault('100'),
});
export type ForecastQueryDto = z.infer<typeof forecastQuerySchema>;

export const forecastSchema = z
  .object({
    by: z.enum(['hour', 'day']),
    from: instant,
    to: instant,
    approximate: z.boolean(),
    fires: z.number().int(),
    jobs: z.number().int(),
    buckets: z.array(
      z.object({
        from: instant,
        to: instant,
        fires: z.number().int(),
        jobs: z.number().int(),
        top: z.array(z.object({ jobId: z.string(), name: z.string(), fires: z.number().int() })),
      }),
    ),
    items: z.array(
      z.object({
        jobId: z.string(),
        name: z.string(),
        fires: z.number().int(),
        counts: z.array(z.number().int()),
        approximate: z.boolean(),
      }),
    ),
  })
  .meta({
    id: 'Forecast',
    description:
      'How often jobs fire in each hour or day of a range, by their triggers: those of the hour that it ' +
      'is are all counted, also those that are over. approximate: a cap was met, and the rest estimated.',
  });

/** @throws InvalidInputError */
export function forecastRange({ from, to }: ForecastQueryDto, now: Date) {
  const start = from ?? hourOf(now);
  const end = to ?? new Date(start.getTime() + DAY_MS);
  const tooLong = end.getTime() - start.getTime() > MAX_DAYS * DAY_MS;
  if (start < end && !tooLong) return { from: start, to: end };
  const message = tooLong ? `must be at most ${MAX_DAYS} days after /from` : 'must be after /from';
  throw new InvalidInputError('The query', [{ pointer: '/to', message }]);
}
