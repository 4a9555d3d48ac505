import { z } from 'zod';
import { MAX_FIRE_TIMES, type FireTime, type FireTimes } from '../../triggers/fire-times.js';
import { triggerSpecSchema } from '../../triggers/trigger-spec.js';
import { instant, instantSchema } from '../protocol/instant.dto.js';
import { countSchema } from '../protocol/page.dto.js';

/** So many fire times are told at once. */
const MOST = MAX_FIRE_TIMES;
const LIMIT = `must be a whole number from 1 to ${MOST}`;

/** Which fire times: from an instant on (by default now), to another, so many at most. */
export const fireTimesQuerySchema = z.strictObject({
  from: instantSchema.exactOptional(),
  to: instantSchema.exactOptional(),
  limit: countSchema(MOST, LIMIT).prefault('10'),
});
export type FireTimesQueryDto = z.infer<typeof fireTimesQuerySchema>;

/** Fire times of all jobs: to an instant, so many at most. */
export const outlookQuerySchema = z.strictObject({
  to: instantSchema.exactOptional(),
  limit: countSchema(MOST, LIMIT).prefault('100'),
});

export const previewSchema = z
  .strictObject({
    trigger: triggerSpecSchema,
    /** Gives H in a cron expression its value, as a job's id does. */
    id: z.string().min(1).max(200).exactOptional(),
    from: instantSchema.exactOptional(),
    to: instantSchema.exactOptional(),
    limit: z.number().int().min(1).max(MOST).default(10),
  })
  .meta({ id: 'Preview' });
export type PreviewDto = z.infer<typeof previewSchema>;

export const fireTimeSchema = z
  .object({
    at: instant,
    utc: z.string(),
    local: z.string(),
    offset: z.string(),
    note: z.string().nullable(),
  })
  .meta({ id: 'FireTime', description: 'A fire time, and what the clocks show then.' });

const found = {
  items: z.array(fireTimeSchema),
  complete: z.boolean().meta({ description: 'These are all that the range has.' }),
  nextFrom: instant.nullable().meta({
    description:
      'From where to ask for more; null: there are none, or they are too hard to compute.',
  }),
};

export const fireTimesSchema = z.object(found).meta({ id: 'FireTimes' });

export const previewedSchema = z
  .object({ description: z.string(), ...found })
  .meta({ id: 'Previewed' });

const outlookItemSchema = z
  .object({ jobId: z.string(), name: z.string(), at: instant })
  .meta({ id: 'Upcoming', description: 'A fire time that is to come.' });

export const outlookSchema = z
  .object({ items: z.array(outlookItemSchema), complete: found.complete })
  .meta({ id: 'Outlook' });

const fireTimeDto = ({ at, utc, local, offset, note }: FireTime) => ({
  at,
  utc,
  local,
  offset,
  note,
});

export const fireTimesDto = ({ items, complete, nextFrom }: FireTimes) => ({
  items: items.map(fireTimeDto),
  complete,
  nextFrom,
});
