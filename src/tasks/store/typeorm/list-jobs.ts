import type { EntityManager } from 'typeorm';
import type { Job } from '../../domain/job.js';
import type { JobQuery } from '../job-store.js';
import type { Page } from '../page.js';
import { decodeCursor, pageOf } from '../cursor.js';
import { jobOf, selectJobs, type JobRow } from './job-row.js';

/** Jobs by id. */
export async function listJobs(manager: EntityManager, query: JobQuery): Promise<Page<Job>> {
  const select = selectJobs(manager)
    .orderBy('job.id')
    .take(query.limit + 1);
  if (query.cursor !== undefined) {
    select.andWhere('job.id > :after', { after: decodeCursor(query.cursor) });
  }
  if (query.text !== undefined) {
    const pattern = `%${query.text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
    select.andWhere('(job.id ILIKE :pattern OR job.name ILIKE :pattern)', { pattern });
  }
  if (query.task !== undefined) select.andWhere('job.task = :task', { task: query.task });
  if (query.tag !== undefined) select.andWhere(':tag = ANY (job.tags)', { tag: query.tag });
  if (query.state !== undefined) select.andWhere('job.state = :state', { state: query.state });
  const jobs = (await select.getMany()).map((row) => jobOf(row as JobRow));
  return pageOf(jobs, query.limit, (job) => job.id);
}
