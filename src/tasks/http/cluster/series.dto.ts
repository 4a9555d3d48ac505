import { z } from 'zod';
import { InvalidInputError } from '../../domain/errors.js';
import { instant, instantSchema } from '../protocol/instant.dto.js';
import { several } from '../protocol/page.dto.js';
import { summarySchema } from '../protocol/summary.dto.js';
import { zoneSchema } from '../protocol/zone.dto.js';

const DAY_MS = 86_400_000;

/** The longest range, in days: what is kept by default, and a day. */
const MAX_DAYS = 31;

export const seriesQuerySchema = z.strictObject({
  /** Of one job. Default: of all. */
  job: z.string().min(1).max(200).exactOptional(),
  by: z.enum(['hour', 'day']).default('hour'),
  from: instantSchema.exactOptional(),
  /** Default: now. */
  to: instantSchema.exactOptional(),
  /** Whose days are meant; hours that lie in two of them count for the first. Default: UTC. */
  timeZone: zoneSchema,
});
export type SeriesQueryDto = z.infer<typeof seriesQuerySchema>;

export const seriesSchema = z
  .object({
    by: z.enum(['hour', 'day']),
    from: instant,
    to: instant,
    countedFrom: instant.nullable(),
    countedTo: instant,
    items: z.array(summarySchema.extend({ from: instant, to: instant })),
  })
  .meta({
    id: 'Series',
    description:
      'What ended by the hour or day of its end. countedFrom: what ended before is not all in it yet.',
  });

/** The longest range of several jobs, in days: a week, from any day of it on. */
const MAX_JOB_DAYS = 8;

export const jobHoursQuerySchema = z.strictObject({
  /** Given once for each, up to 50. */
  job: several(z.string().min(1).max(200)),
  /** Default: a day before. */
  from: instantSchema.exactOptional(),
  /** Default: now. */
  to: instantSchema.exactOptional(),
});
export type JobHoursQueryDto = z.infer<typeof jobHoursQuerySchema>;

export const jobHoursSchema = z
  .object({
    from: instant,
    to: instant,
    countedFrom: instant.nullable(),
    countedTo: instant,
    items: z.array(
      z.object({
        jobId: z.string(),
        hours: z.array(z.object({ from: instant, runs: summarySchema.shape.runs })),
      }),
    ),
  })
  .meta({
    id: 'JobHours',
    description:
      'How many runs of each job ended in an hour, by state. Hours in which none ended are left out, as are ' +
      'jobs of which none did. countedFrom, countedTo: what ended before and after is not all in it yet.',
  });

/** Default: the last 24 hours, or 30 days. @throws InvalidInputError */
export const rangeOf = ({ by, from, to }: SeriesQueryDto, now: Date) =>
  within(MAX_DAYS, { from, to }, by === 'hour' ? 1 : 30, now);

/** @throws InvalidInputError */
export const jobRangeOf = (asked: JobHoursQueryDto, now: Date) =>
  within(MAX_JOB_DAYS, asked, 1, now);

function within(
  most: number,
  { from, to }: { readonly from?: Date | undefined; readonly to?: Date | undefined },
  days: number,
  now: Date,
) {
  const end = to ?? now;
  const start = from ?? new Date(end.getTime() - days * DAY_MS);
  const tooLong = end.getTime() - start.getTime() > most * DAY_MS;
  if (start < end && !tooLong) return { from: start, to: end };
  const message = tooLong ? `must be at most ${most} days before /to` : 'must be before /to';
  throw new InvalidInputError('The query', [{ pointer: '/from', message }]);
}
