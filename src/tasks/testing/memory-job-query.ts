import type { JobQuery } from '../store/job-store.js';
import type { JobRow } from './memory-rows.js';

/** Whether a job is among those that are asked for. */
export function fits(job: JobRow, { text, task, tag, state, order }: JobQuery): boolean {
  const sought = text?.toLowerCase() ?? '';
  return (
    (job.id.toLowerCase().includes(sought) || job.name.toLowerCase().includes(sought)) &&
    (task === undefined || job.task === task) &&
    (tag === undefined || job.tags.includes(tag)) &&
    (state === undefined || job.state === state) &&
    (order !== 'nextFireAt' || job.nextFireAt !== null)
  );
}
