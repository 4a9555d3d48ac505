import { z } from 'zod';
import { reason } from '../protocol/change.dto.js';
import { instantSchema } from '../protocol/instant.dto.js';
import { jobFilter } from './job-query.dto.js';

/** So many jobs are changed by one request at most. */
export const MAX_IN_BULK = 1_000;

const BULK_ACTIONS = ['pause', 'resume', 'run', 'reset', 'remove'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

/** Which jobs: by their ids, or all that fit a filter. */
export const bulkSchema = z
  .strictObject({
    action: z.enum(BULK_ACTIONS),
    ids: z.array(z.string().min(1).max(200)).min(1).max(MAX_IN_BULK).exactOptional(),
    filter: z.strictObject(jobFilter).exactOptional(),
    /** Of a pause, and of everything for the audit. */
    reason: reason.exactOptional(),
    /** Of a pause. */
    until: instantSchema.exactOptional(),
    /** Of a resume. */
    misses: z.enum(['skip', 'once']).exactOptional(),
  })
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), {
    path: ['ids'],
    error: 'must be given, or `filter` instead of it',
  })
  .refine(({ action, until }) => until === undefined || action === 'pause', {
    path: ['until'],
    error: 'belongs to a pause',
  })
  .refine(({ action, misses }) => misses === undefined || action === 'resume', {
    path: ['misses'],
    error: 'belongs to a resume',
  })
  .meta({ id: 'Bulk' });
export type BulkDto = z.infer<typeof bulkSchema>;

const bulkItemSchema = z
  .object({
    id: z.string(),
    /** What a request for this job alone would have answered. */
    status: z.number().int(),
    code: z.string().exactOptional(),
    detail: z.string().exactOptional(),
    runId: z.string().exactOptional(),
  })
  .meta({ id: 'BulkItem' });
export type BulkItem = z.infer<typeof bulkItemSchema>;

export const bulkAnswerSchema = z
  .object({
    items: z.array(bulkItemSchema),
    /** More jobs fit the filter than one request changes: send it again. */
    more: z.boolean(),
  })
  .meta({ id: 'BulkAnswer' });
