import { z } from 'zod';
import { JOB_ORIGINS, JOB_STATES, jobPolicySchema, type Job } from '../../domain/job.js';
import { triggerSpecSchema } from '../../triggers/trigger-spec.js';
import { WHY_STATES, type Why } from '../../domain/why/answer.js';
import { instant } from '../protocol/instant.dto.js';
import { summarySchema } from '../protocol/summary.dto.js';
import { tagOf } from '../protocol/job-tag.js';
import { briefRunSchema, runSchema } from '../runs/run.dto.js';

const failuresSchema = z
  .object({ inARow: z.number().int(), since: instant.nullable() })
  .meta({ id: 'Failures', description: 'How often in a row the last runs failed, up to 10.' });

const whySchema = z
  .object({
    state: z.enum(WHY_STATES),
    reason: z.string(),
    since: instant.nullable(),
    remedy: z.string().nullable(),
  })
  .meta({ id: 'Why', description: 'Why a job has not run, or when it will.' });

/** Shown, and for nobody to set. */
const readOnly = {
  pauseReason: z.string().nullable(),
  pausedAt: instant.nullable(),
  pausedUntil: instant.nullable(),
  origin: z.enum(JOB_ORIGINS),
  state: z.enum(JOB_STATES),
  overridden: z.array(z.string()),
  unknownSince: instant.nullable(),
  nextFireAt: instant.nullable(),
  lastFireAt: instant.nullable(),
  revision: z.number().int(),
  tag: z.string().meta({ description: 'Of its definition: in quotes, for If-Match.' }),
  createdAt: instant,
  updatedAt: instant,
  description: z.string().exactOptional(),
  why: whySchema.exactOptional(),
  lastRun: runSchema.nullable().exactOptional(),
  lastRuns: z.array(briefRunSchema).exactOptional(),
  stats: summarySchema.extend({ since: instant }).exactOptional(),
  failures: failuresSchema.nullable().exactOptional(),
};

/** @see assertUnchanged */
export const READ_ONLY = Object.keys(readOnly);

/** A job as JSON. */
export const jobSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    task: z.string(),
    payload: z.unknown(),
    tags: z.array(z.string()),
    trigger: triggerSpecSchema,
    ...jobPolicySchema.shape,
    deleteWhenDone: z.boolean(),
    paused: z.boolean(),
    ...marked(readOnly),
  })
  .meta({ id: 'Job', description: 'A stored order: run this task, on this trigger.' });
export type JobJson = z.infer<typeof jobSchema>;

export function jobDto(job: Job): JobJson {
  return {
    id: job.id,
    name: job.name,
    task: job.task,
    payload: job.payload ?? null,
    tags: [...job.tags],
    trigger: job.trigger,
    misfireGraceMs: job.misfireGraceMs,
    coalesce: job.coalesce,
    overlap: job.overlap,
    maxInstances: job.maxInstances,
    bufferLimit: job.bufferLimit,
    jitterMs: job.jitterMs,
    maxRuns: job.maxRuns,
    timeoutMs: job.timeoutMs,
    retry: job.retry,
    onCrash: job.onCrash,
    transactional: job.transactional,
    priority: job.priority,
    deleteWhenDone: job.deleteWhenDone,
    paused: job.paused,
    pauseReason: job.pauseReason,
    pausedAt: job.pausedAt,
    pausedUntil: job.pausedUntil,
    origin: job.origin,
    state: job.state,
    overridden: [...job.overridden],
    unknownSince: job.unknownSince,
    nextFireAt: job.nextFireAt,
    lastFireAt: job.lastFireAt,
    revision: job.revision,
    tag: tagOf(job),
    createdAt: job.createdAt,
    updatedAt: job.updatedAt,
  };
}

export const whyDto = ({ state, reason, since, remedy }: Why) => ({ state, reason, since, remedy });

/** As read-only, in the description of the API. */
function marked<Shape extends Record<string, z.ZodType>>(shape: Shape): Shape {
  const fields = Object.entries(shape);
  return Object.fromEntries(
    fields.map(([name, schema]) => [name, schema.meta({ readOnly: true })]),
  ) as Shape;
}
