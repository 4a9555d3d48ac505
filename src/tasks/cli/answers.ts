import type { z } from 'zod';
import type { problemSchema } from '../http/cluster/problems.controller.js';
import type { previewedSchema } from '../http/jobs/fire-times.dto.js';
import type { backfilledSchema } from '../http/jobs/job-action.dto.js';
import type { jobSchema } from '../http/jobs/job.dto.js';
import type { lineSchema, runSchema } from '../http/runs/run.dto.js';

/** What the server says, as JSON carries it: its dates arrive as text. */
type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [Key in keyof T]: Wire<T[Key]> }
      : T;

type Answer<Schema extends z.ZodType> = Wire<z.output<Schema>>;

export type Job = Answer<typeof jobSchema>;
export type Run = Answer<typeof runSchema>;
export type Line = Answer<typeof lineSchema>;
export type Previewed = Answer<typeof previewedSchema>;
export type Backfilled = Answer<typeof backfilledSchema>;
export type Problem = Answer<typeof problemSchema>;

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}
