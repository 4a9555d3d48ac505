import { JobExistsError, JobNotFoundError, TasksError } from '../../../domain/errors.js';
import type { JobOrigin, NewJob } from '../../../domain/job.js';
import { jobOf, newJob } from '../../../domain/job-definition.js';
import { assertRevision, supplanted } from '../../../domain/job-edits.js';
import type { Added, ChangeOptions } from '../../job-store.js';
import type { Conflict } from '../../../domain/job-requests.js';
import { Slices } from '../../slices.js';
import { answerOnce } from './answer-once.js';
import { insertJobs, isFar, type MadeJob } from './insert-jobs.js';
import { editBatch, readMany, type BatchEdit } from './job-batch.js';
import type { JobWriter } from './job-writer.js';

/** So many are made ready in one go. */
const SLICE = 25;

/**
 * Adds a job, or answers with the one that was added when the key was used first.
 *
 * @throws JobExistsError, IdempotencyConflictError, JobNotFoundError when it was removed since
 */
export async function addOnce(
  writer: JobWriter,
  job: NewJob,
  origin: JobOrigin,
  conflict: Conflict,
  by: ChangeOptions,
): Promise<Added> {
  const { idempotencyKey: key } = by;
  if (key === undefined) return addJob(writer, job, origin, conflict, by);
  const made: Added[] = [];
  const once = { scope: 'job.add', key, request: { job, origin, conflict } };
  const id = await answerOnce(writer, once, async () => {
    made.push(await addJob(writer, job, origin, conflict, by));
    return job.id;
  });
  return made[0] ?? { job: jobOf(await writer.read(id)), created: true };
}

/** It must be one of several statements. */
export const asksForMore = ({ manager, idempotencyKey, ifRevision }: ChangeOptions) =>
  manager !== undefined || idempotencyKey !== undefined || ifRevision !== undefined;

/**
 * Adds a job as most are added: by one statement, which is a transaction of its own. Null: nothing was added, and it takes
 * several, as it is due soon and may be planned anew, its id is taken, or it is refused.
 *
 * @param sends hears that the statement is about to be sent
 */
export async function addAlone(
  writer: JobWriter,
  job: NewJob,
  origin: JobOrigin,
  by: ChangeOptions,
  sends: () => void,
): Promise<Added | null> {
  const now = await writer.now();
  const made = newOrNull(job, origin, now);
  if (made === null || !isFar(made, now)) return null;
  sends();
  const added = (await insertJobs(writer, [made], now, by)).get(job.id);
  return added ? { job: added, created: true } : null;
}

function newOrNull(job: NewJob, origin: JobOrigin, now: Date): MadeJob | null {
  try {
    return newJob(job, origin, now);
  } catch {
    return null;
  }
}

async function addJob(
  writer: JobWriter,
  job: NewJob,
  origin: JobOrigin,
  conflict: Conflict,
  by: ChangeOptions,
): Promise<Added> {
  // Who names a revision wants to replace that one, and to make none.
  if (by.ifRevision !== undefined) await writer.lock(job.id, by.ifRevision);
  const [added] = await addJobs(writer, [job], origin, conflict, by);
  if (added instanceof TasksError) throw added;
  return added!;
}

/**
 * Adds jobs of different ids, or does with those of their ids what is asked for. What became of each, in
 * their order; one that is refused keeps none of the others from it.
 *
 * Whether there is one is decided by the insert. Of several that add the same job at once the others
 * wait for the first, and then find it. What they find may be removed before they have its lock; then
 * there is none, and they begin again.
 */
export async function addJobs(
  writer: JobWriter,
  jobs: readonly NewJob[],
  origin: JobOrigin,
  conflict: Conflict,
  by: ChangeOptions,
): Promise<readonly (Added | TasksError)[]> {
  const became = new Map<string, Added | TasksError>();
  const slices = new Slices(SLICE);
  for (let left = jobs; left.length > 0; left = jobs.filter(({ id }) => !became.has(id))) {
    const now = await writer.now();
    const made: MadeJob[] = [];
    const refused = new Map<string, TasksError>();
    for (const job of left) {
      if (left.length > SLICE) await slices.did(1);
      try {
        made.push(newJob(job, origin, now));
      } catch (error) {
        refused.set(job.id, refusal(error));
      }
    }
    // What is kept need not be what could be made now: its date may have passed.
    if (conflict !== 'keep') for (const [id, error] of refused) became.set(id, error);
    for (const [id, job] of await insertJobs(writer, made, now, by)) {
      became.set(id, { job, created: true });
    }
    const taken = left.filter(({ id }) => !became.has(id));
    for (const [id, one] of await meet(writer, taken, origin, conflict, by)) became.set(id, one);
    for (const [id, error] of refused) if (!became.has(id)) became.set(id, error);
  }
  return jobs.map(({ id }) => became.get(id)!);
}

/** Does with jobs that are there what is asked for; those that are not there any more are left out. */
async function meet(
  writer: JobWriter,
  jobs: readonly NewJob[],
  origin: JobOrigin,
  conflict: Conflict,
  by: ChangeOptions,
): Promise<ReadonlyMap<string, Added | TasksError>> {
  if (conflict === 'error') return new Map(jobs.map(({ id }) => [id, new JobExistsError(id)]));
  if (jobs.length === 0) return new Map();
  const given = new Map(jobs.map((job) => [job.id, job]));
  const ids = [...given.keys()];
  const found =
    conflict === 'keep'
      ? [...(await readMany(writer, ids))].map(([id, job]) => [id, jobOf(job)] as const)
      : await editBatch(writer, ids, replacing(given, origin, by), by);
  const met = [...found].filter(([, job]) => !(job instanceof JobNotFoundError));
  return new Map(
    met.map(([id, job]) => [id, job instanceof TasksError ? job : { job, created: false }]),
  );
}

function replacing(
  given: ReadonlyMap<string, NewJob>,
  origin: JobOrigin,
  by: ChangeOptions,
): BatchEdit {
  return {
    entry: { action: 'job.replace' },
    decide: (job, now) => {
      assertRevision(job, by.ifRevision);
      return supplanted(job, given.get(job.id)!, origin, now);
    },
  };
}

function refusal(error: unknown): TasksError {
  if (error instanceof TasksError) return error;
  throw error;
}
