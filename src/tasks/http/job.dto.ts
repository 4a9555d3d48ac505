import { z } from 'zod';
import type { Job, JobState } from '../domain/job.js';
import { pageQuerySchema } from './page.dto.js';

const STATES = ['active', 'paused', 'finished'] as const satisfies readonly JobState[];

const text = z.string().min(1).max(200);

/** Filters of `GET /jobs`; together they narrow. */
export const jobQuerySchema = pageQuerySchema.extend({
  text: text.exactOptional(),
  task: text.exactOptional(),
  tag: text.exactOptional(),
  state: z.enum(STATES).exactOptional(),
});
export type JobQueryDto = z.infer<typeof jobQuerySchema>;

/** The body of a pause, which may be left out. */
export const pauseSchema = z
  .strictObject({ reason: z.string().trim().min(1).max(500).nullable().default(null) })
  .prefault({});
export type PauseDto = z.infer<typeof pauseSchema>;

/** The body of a resume, which has nothing to say. */
export const emptySchema = z.strictObject({}).prefault({});

/** The body of a run by hand, which may be left out. */
export const runNowSchema = z
  .strictObject({ payload: z.json().exactOptional(), overlap: z.literal('allow').exactOptional() })
  .prefault({});
export type RunNowDto = z.infer<typeof runNowSchema>;

/** A job as JSON. Instants stay dates, which JSON writes as RFC 3339 in UTC with milliseconds. */
export function jobDto(job: Job) {
  return {
    id: job.id,
    name: job.name,
    task: job.task,
    payload: job.payload ?? null,
    tags: job.tags,
    trigger: job.trigger,
    misfireGraceMs: job.misfireGraceMs,
    coalesce: job.coalesce,
    overlap: job.overlap,
    maxInstances: job.maxInstances,
    priority: job.priority,
    paused: job.paused,
    pauseReason: job.pauseReason,
    origin: job.origin,
    state: job.state,
    nextFireAt: job.nextFireAt,
    lastFireAt: job.lastFireAt,
    revision: job.revision,
    createdAt: job.createdAt,
    updatedAt: job.updatedAt,
  };
}
