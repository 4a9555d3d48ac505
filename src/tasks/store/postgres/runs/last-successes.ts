import { CLOCK } from '../database-time.js';
import type { SchemaName } from '../schema-name.js';
import type { SqlRunner } from '../../sql-runner.js';

/** So many of a job's latest rows are looked at. */
const LATEST = 20;

/**
 * When each of these jobs succeeded last. Where the latest rows hold no success, it is known to the hour only:
 * the end of that hour, so that nobody is called too early.
 */
export async function lastSuccessesOf(
  sql: SqlRunner,
  { quoted }: SchemaName,
  values: readonly [bound: unknown, jobs: readonly string[]],
): Promise<ReadonlyMap<string, Date>> {
  const rows = await sql.query<{ id: string; at: Date | null }[]>(
    `SELECT j.id, coalesce(
       (SELECT max(r.finished_at) FROM (
          SELECT state, finished_at FROM ${quoted}.runs
          WHERE job_id = j.id ORDER BY id DESC LIMIT ${LATEST}) r
        WHERE r.state = 'succeeded'),
       (SELECT least(h.hour + interval '1 hour', ${CLOCK}) FROM ${quoted}.run_hours h
        WHERE h.job_id = j.id AND h.state = 'succeeded' ORDER BY h.hour DESC LIMIT 1)) AS at
     FROM unnest($2::text[]) j (id)`,
    [...values],
  );
  return new Map(rows.flatMap(({ id, at }) => (at === null ? [] : [[id, at] as const])));
}
