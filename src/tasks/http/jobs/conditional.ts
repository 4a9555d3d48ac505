import { JobNotFoundError, RevisionConflictError } from '../../domain/errors.js';
import type { TasksService } from '../../service/tasks.service.js';
import type { ChangeOptions } from '../../store/job-store.js';
import { etagOf } from '../protocol/job-tag.js';
import { jobDto } from './job.dto.js';
import { ProblemException } from '../protocol/problem.js';

export type Seen = NonNullable<ChangeOptions['ifRevision']>;

/**
 * A change under `If-Match`. Where the job has moved on, the answer holds it as it is now, so that
 * whoever edits can put both side by side.
 */
export async function conditional<T>(
  tasks: TasksService,
  ifRevision: Seen | undefined,
  change: (condition: { readonly ifRevision?: Seen }) => Promise<T>,
): Promise<T> {
  if (ifRevision === undefined) return change({});
  try {
    return await change({ ifRevision });
  } catch (error) {
    if (!(error instanceof RevisionConflictError)) throw error;
    throw await outdated(tasks, error);
  }
}

async function outdated(tasks: TasksService, conflict: RevisionConflictError): Promise<Error> {
  const current = await tasks.getJob(conflict.jobId).catch((error: unknown) => {
    if (error instanceof JobNotFoundError) return null;
    throw error;
  });
  if (current === null) return new JobNotFoundError(conflict.jobId);
  return new ProblemException(
    412,
    conflict.code,
    conflict.message,
    { currentRevision: current.revision, current: jobDto(current) },
    { ETag: etagOf(current) },
  );
}
