import { z } from 'zod';
import { OVERLAP } from '../../domain/job.js';
import { reason } from '../protocol/change.dto.js';
import { instant, instantSchema } from '../protocol/instant.dto.js';

/** The body of a job's pause, which may be left out. */
export const pauseSchema = z
  .strictObject({ reason: reason.default(null), until: instantSchema.nullable().default(null) })
  .prefault({})
  .meta({ id: 'PauseJob' });

/** The body of a resume, which may be left out. */
export const resumeSchema = z
  .strictObject({ misses: z.enum(['skip', 'once']).default('skip') })
  .prefault({})
  .meta({ id: 'ResumeJob' });

/** The body of a run by hand, which may be left out. */
export const runNowSchema = z
  .strictObject({
    payload: z.json().exactOptional(),
    overlap: z.enum(OVERLAP).exactOptional(),
    idempotencyKey: z.string().min(1).max(255).exactOptional(),
  })
  .prefault({})
  .meta({ id: 'RunNow' });
export type RunNowDto = z.infer<typeof runNowSchema>;

/** The range of a backfill, both bounds included. What it may be is decided by the service. */
export const backfillSchema = z
  .strictObject({
    from: instantSchema,
    to: instantSchema,
    overlap: z.enum(['skip', 'buffer-one', 'buffer-all', 'allow']).exactOptional(),
    limit: z.number().int().min(1).max(10_000).exactOptional(),
    dryRun: z.boolean().exactOptional(),
  })
  .meta({ id: 'Backfill' });

export const backfilledSchema = z
  .object({
    backfillId: z.string().nullable(),
    fireTimes: z.array(instant),
    skipped: z.number().int(),
    more: z.boolean(),
  })
  .meta({ id: 'Backfilled' });
