import { z } from 'zod';
import { InvalidInputError, type Issue } from '../domain/errors.js';
import {
  jobPatchSchema,
  newJobSchema,
  OVERLAP,
  type JobPatch,
  type NewJob,
} from '../domain/job.js';
import { issuesOf } from '../triggers/invalid-input.js';
import { triggerIssues } from '../triggers/parse-trigger.js';
import type { Backfill, RunNow } from '../domain/job-requests.js';

/** What callers hand in, checked before anything is stored. Each refused field is named. */

/** @throws InvalidInputError */
export function parseNewJob(input: unknown): NewJob {
  const job = parse('The job', newJobSchema, input);
  checkTrigger('The job', job.trigger, job.id);
  return job;
}

/** @throws InvalidInputError, also for a patch that changes nothing */
export function parseJobPatch(id: string, input: unknown): JobPatch {
  const patch = parse('The change', jobPatchSchema, input);
  if (Object.keys(patch).length === 0) {
    throw new InvalidInputError('The change', [{ pointer: '', message: 'names no field' }]);
  }
  if (patch.trigger !== undefined) checkTrigger('The change', patch.trigger, id);
  return patch;
}

const runNowSchema = jobPatchSchema.pick({ payload: true });

/** What a run is asked for with. @throws InvalidInputError */
export function parseRunNow(ask: RunNow): RunNow {
  if (ask.payload === undefined) return ask;
  return { ...ask, ...parse('The run', runNowSchema, { payload: ask.payload }) };
}

/** So many fire times are run by one backfill at most. */
const MAX_BACKFILLED = 10_000;

const backfillSchema = z.strictObject({
  from: z.date(),
  to: z.date(),
  overlap: z
    .enum(OVERLAP)
    .exclude(['cancel-previous'], { error: 'must be skip, buffer-one, buffer-all or allow' })
    .default('buffer-all'),
  limit: z.number().int().min(1).max(MAX_BACKFILLED).default(100),
  dryRun: z.boolean().default(false),
});

/** Which fire times of the past to run. */
export type BackfillInput = Readonly<z.input<typeof backfillSchema>>;

/** @throws InvalidInputError */
export function parseBackfill(input: BackfillInput): Backfill {
  return parse('The backfill', backfillSchema, input);
}

function parse<Schema extends z.ZodType>(
  subject: string,
  schema: Schema,
  input: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new InvalidInputError(subject, issuesOf(parsed.error));
  return parsed.data;
}

function checkTrigger(subject: string, trigger: unknown, seed: string): void {
  const issues: readonly Issue[] = triggerIssues(trigger, { seed });
  if (issues.length === 0) return;
  throw new InvalidInputError(
    subject,
    issues.map((issue) => ({ ...issue, pointer: `/trigger${issue.pointer}` })),
  );
}
