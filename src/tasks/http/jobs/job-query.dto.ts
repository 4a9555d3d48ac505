import { z } from 'zod';
import { JOB_STATES } from '../../domain/job.js';
import { pageQuerySchema } from '../protocol/page.dto.js';

const text = z.string().min(1).max(200);

/** What narrows a list of jobs; together they narrow more. */
export const jobFilter = {
  /** Jobs whose id or name contains it, whatever its case. */
  text: text.exactOptional(),
  task: text.exactOptional(),
  tag: text.exactOptional(),
  state: z.enum(JOB_STATES).exactOptional(),
};

const INCLUDED = ['why', 'lastRun'] as const;
export type Included = (typeof INCLUDED)[number];

const NOT_INCLUDED = `must be a list of ${INCLUDED.join(', ')}`;

/** Filters of `GET /jobs`, and what each job comes with. */
export const jobQuerySchema = pageQuerySchema
  .extend({
    ...jobFilter,
    /** `nextFireAt`: only jobs that have one, the earliest first. Default: by id. */
    order: z.enum(['id', 'nextFireAt']).exactOptional(),
    include: z
      .string()
      .transform((list) => list.split(','))
      .pipe(z.array(z.enum(INCLUDED, { error: NOT_INCLUDED })))
      .exactOptional(),
  })
  .refine(({ include, limit }) => include === undefined || limit <= MAX_INCLUDED, {
    path: ['limit'],
    error: `must be 100 or less where each item includes more`,
  });

/** What is included is asked for item by item. */
const MAX_INCLUDED = 100;

export type JobQueryDto = z.infer<typeof jobQuerySchema>;
