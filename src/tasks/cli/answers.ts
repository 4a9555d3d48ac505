import type { Answer } from '../http/answer.js';
import type { problemSchema } from '../http/cluster/problems.controller.js';
import type { previewedSchema } from '../http/jobs/fire-times.dto.js';
import type { bulkAnswerSchema } from '../http/jobs/bulk.dto.js';
import type { backfilledSchema } from '../http/jobs/job-action.dto.js';
import type { jobSchema } from '../http/jobs/job.dto.js';
import type { lineSchema, runSchema } from '../http/runs/run.dto.js';

export type Job = Answer<typeof jobSchema>;
export type Run = Answer<typeof runSchema>;
export type Line = Answer<typeof lineSchema>;
export type Previewed = Answer<typeof previewedSchema>;
export type Backfilled = Answer<typeof backfilledSchema>;
export type Bulk = Answer<typeof bulkAnswerSchema>;
export type Problem = Answer<typeof problemSchema>;

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}
