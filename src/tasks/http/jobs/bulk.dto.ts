import { z } from 'zod';
import { reason } from '../protocol/change.dto.js';
import { instantSchema } from '../protocol/instant.dto.js';
import { anyJobSchema } from './job-body.dto.js';
import { jobFilter } from './job-query.dto.js';

/** So many jobs are changed by one request at most. */
export const MAX_IN_BULK = 1_000;

/** So many jobs are made by one request at most. */
const MAX_CREATED = 5_000;

const EDITS = ['pause', 'resume', 'run', 'reset', 'remove'] as const;

/** Jobs to make. Each is checked by itself: a bad one is no reason to refuse the others. */
const createSchema = z
  .strictObject({
    action: z.literal('create'),
    jobs: z.array(anyJobSchema).min(1).max(MAX_CREATED),
    /** What becomes of a job whose id is taken. Default: it is refused. */
    conflict: z.enum(['error', 'replace', 'keep']).exactOptional(),
    /** For the audit. */
    reason: reason.exactOptional(),
  })
  .meta({ id: 'BulkCreate' });
export type BulkCreateDto = z.infer<typeof createSchema>;

/** Which jobs: by their ids, or all that fit a filter. */
const editSchema = z
  .strictObject({
    action: z.enum(EDITS),
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
export type BulkEditDto = z.infer<typeof editSchema>;

export const bulkSchema = z.discriminatedUnion('action', [createSchema, editSchema]);
export type BulkDto = z.infer<typeof bulkSchema>;
export type BulkAction = BulkDto['action'];

const bulkItemSchema = z
  .object({
    /** As far as it is known, of a job that was to be made. */
    id: z.string(),
    /** The place of a job that was to be made among those that were sent. */
    index: z.number().int().exactOptional(),
    /** What a request for this job alone would have answered. */
    status: z.number().int(),
    code: z.string().exactOptional(),
    detail: z.string().exactOptional(),
    /** The refused fields of a job that was to be made. */
    errors: z.array(z.object({ pointer: z.string(), message: z.string() })).exactOptional(),
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
