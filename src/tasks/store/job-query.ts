import type { Job } from '../domain/job.js';
import type { JobQuery } from './job-store.js';

/** What the stores that keep their jobs in memory answer to a query, as the others do by SQL. */
export function isAskedFor(
  job: Pick<Job, 'id' | 'name' | 'task' | 'tags' | 'state' | 'nextFireAt'>,
  { text, task, tag, state, order }: JobQuery,
): boolean {
  const sought = text?.toLowerCase() ?? '';
  return (
    (job.id.toLowerCase().includes(sought) || job.name.toLowerCase().includes(sought)) &&
    (task === undefined || job.task === task) &&
    (tag === undefined || job.tags.includes(tag)) &&
    (state === undefined || job.state === state) &&
    (order !== 'nextFireAt' || job.nextFireAt !== null)
  );
}
