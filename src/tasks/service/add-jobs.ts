import { InvalidInputError, TasksError, UnavailableError } from '../domain/errors.js';
import type { NewJob, NewJobInput } from '../domain/job.js';
import type { Added } from '../store/job-store.js';
import { Slices } from '../store/slices.js';
import type { JobHandle } from './job-handle.js';
import { parseNewJob } from './job-input.js';

/** A job of many that was added. */
export interface AddedJob {
  /** Its place among those that were given. */
  readonly index: number;
  readonly job: JobHandle;
  /** False: there was one, which was replaced or kept. */
  readonly created: boolean;
}

/** A job of many that was not added. */
export interface RefusedJob {
  /** Its place among those that were given. */
  readonly index: number;
  readonly error: TasksError;
}

/** What became of jobs that were added together, each list in the order in which they were given. */
export interface AddedJobs {
  readonly added: readonly AddedJob[];
  readonly refused: readonly RefusedJob[];
}

/** So many are checked in one go. */
const SLICE = 25;

/**
 * Checks jobs before any of them is stored: each as it will be, or why it is refused.
 *
 * @param check whether its task can be run, and with this payload
 * @throws UnavailableError where that cannot be found out
 */
export async function checkNewJobs(
  inputs: readonly NewJobInput[],
  check: (job: NewJob) => Promise<void>,
): Promise<readonly (NewJob | TasksError)[]> {
  const slices = new Slices(SLICE);
  const places = new Map<string, number>();
  const checked: (NewJob | TasksError)[] = [];
  for (const [index, input] of inputs.entries()) {
    await slices.did(1);
    try {
      const job = parseNewJob(input);
      const before = places.get(job.id);
      if (before !== undefined) throw twice(before);
      await check(job);
      places.set(job.id, index);
      checked.push(job);
    } catch (error) {
      if (!(error instanceof TasksError) || error instanceof UnavailableError) throw error;
      checked.push(error);
    }
  }
  return checked;
}

/**
 * What became of each.
 *
 * @param checked jobs as they were given
 * @param became what became of those that were no refusals
 */
export function becameOf(
  checked: readonly (NewJob | TasksError)[],
  became: readonly (Added | TasksError)[],
  handle: (added: Added) => JobHandle,
): AddedJobs {
  const added: AddedJob[] = [];
  const refused: RefusedJob[] = [];
  let nth = 0;
  for (const [index, job] of checked.entries()) {
    const one = job instanceof TasksError ? job : became[nth++]!;
    if (one instanceof TasksError) refused.push({ index, error: one });
    else added.push({ index, job: handle(one), created: one.created });
  }
  return { added, refused };
}

const twice = (before: number) =>
  new InvalidInputError('The job', [
    { pointer: '/id', message: `is that of number ${before} too: give each job an id of its own` },
  ]);
