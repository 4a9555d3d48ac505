import type { Job } from '../../../domain/job.js';
import { decodeCursor, decodeDatedCursor, encodeDated, pageOf } from '../../cursor.js';
import { jobOf } from '../../../domain/job-definition.js';
import type { JobQuery } from '../../job-store.js';
import type { Page } from '../../page.js';
import type { SqlRunner } from '../../sql-runner.js';
import { selectJobs, storedJob } from './job-row.js';

/** Jobs by id, or by their next fire time. */
export async function listJobs(
  sql: SqlRunner,
  quotedSchema: string,
  { text, task, tag, state, order = 'id', cursor, limit }: JobQuery,
): Promise<Page<Job>> {
  const values: unknown[] = [];
  const wanted: string[] = ['true'];
  const narrow = (condition: (parameter: string) => string, value: unknown) => {
    if (value === undefined) return;
    values.push(value);
    wanted.push(condition(`$${values.length}`));
  };
  const dated = order === 'nextFireAt';
  if (dated) wanted.push('p.next_fire_at IS NOT NULL');
  if (cursor !== undefined && dated) {
    const { at, id } = decodeDatedCursor(cursor);
    values.push(at, id);
    wanted.push('(p.next_fire_at, p.job_id) > ($1, $2)');
  } else if (cursor !== undefined) {
    narrow((after) => `j.id > ${after}`, decodeCursor(cursor));
  }
  narrow(
    (pattern) => `(j.id ILIKE ${pattern} OR j.name ILIKE ${pattern})`,
    text === undefined ? undefined : `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`,
  );
  narrow((name) => `j.task = ${name}`, task);
  narrow((name) => `${name} = ANY (j.tags)`, tag);
  narrow((name) => `j.state = ${name}`, state);
  const rows = await sql.query<{ job: string }[]>(
    `${selectJobs(quotedSchema, wanted.join(' AND '))}
     ORDER BY ${dated ? 'p.next_fire_at, p.job_id' : 'j.id'} LIMIT ${Number(limit) + 1}`,
    values,
  );
  const jobs = rows.map(({ job }) => jobOf(storedJob(job)));
  return pageOf(jobs, limit, (job) => (dated ? encodeDated(job.nextFireAt, job.id) : job.id));
}
