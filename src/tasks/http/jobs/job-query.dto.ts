import { z } from 'zod';
import { JOB_ORIGINS, JOB_STATES } from '../../domain/job.js';
import { JOB_ORDERS } from '../../store/job-store.js';
import { countSchema, pageQuerySchema, several, yes } from '../protocol/page.dto.js';

const text = z.string().min(1).max(200);

/** What narrows a list of jobs; together they narrow more. */
export const jobFilter = {
  /** Jobs whose id or name contains it, whatever its case. */
  text: text.exactOptional(),
  task: text.exactOptional(),
  /** Given more than once: jobs that bear any of them. So with states and origins. */
  tag: several(text).exactOptional(),
  state: several(z.enum(JOB_STATES)).exactOptional(),
  origin: several(z.enum(JOB_ORIGINS)).exactOptional(),
};

const INCLUDED = ['why', 'lastRun', 'lastRuns', 'stats', 'description'] as const;
export type Included = (typeof INCLUDED)[number];

const NOT_INCLUDED = `must be a list of ${INCLUDED.join(', ')}`;

/** Filters of `GET /jobs`, and what each job comes with. */
export const jobQuerySchema = pageQuerySchema
  .extend({
    ...jobFilter,
    /** Default: 100. */
    limit: countSchema(500, 'must be a whole number from 1 to 500').exactOptional(),
    /** Only those whose last run failed, timed out or was abandoned. */
    failing: yes.exactOptional(),
    /** Jobs that have nothing to be sorted by come last. Default: by id. */
    order: z.enum(JOB_ORDERS).exactOptional(),
    direction: z.enum(['asc', 'desc']).exactOptional(),
    /** Whether to say how many there are in all, up to 10,000. */
    total: yes.exactOptional(),
    include: z
      .string()
      .transform((list) => list.split(','))
      .pipe(z.array(z.enum(INCLUDED, { error: NOT_INCLUDED })))
      .exactOptional(),
  })
  .refine(({ include, limit = 1 }) => limit <= mostWith(include ?? []), {
    path: ['limit'],
    error: 'must be 100 or less where items include more',
  })
  .transform(({ limit = 100, ...query }) => ({ ...query, limit }));

/** What is included is read for so many jobs at once: each run or sum of a job lies somewhere else. */
const mostWith = (include: readonly Included[]): number => (include.length > 0 ? 100 : 500);

export type JobQueryDto = z.infer<typeof jobQuerySchema>;
