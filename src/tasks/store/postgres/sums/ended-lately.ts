import { CLOCK } from '../database-time.js';

/** So much of what is not counted yet is looked at. */
const MOST = 2_000;

/**
 * Parts of a statement about what has ended and is in no sum yet: `mark`, how far it is counted, and
 * `lately`, the runs behind that. Where nobody leads for long it is much, and only the first of it is read.
 */
export const endedLately = (quoted: string) => `
    mark AS MATERIALIZED (
      SELECT up_to, up_to_id FROM ${quoted}.counted_hours ORDER BY hour DESC LIMIT 1),
    lately AS MATERIALIZED (
      SELECT id, job_id, state, run_at, started_at, finished_at FROM ${quoted}.runs
      WHERE finished_at IS NOT NULL
        AND (finished_at, id) > (coalesce((SELECT up_to FROM mark), '-infinity'),
                                 coalesce((SELECT up_to_id FROM mark), -1))
      ORDER BY finished_at, id LIMIT ${MOST})`;

/** How long a run took; null: it never began. */
export const tookMs = (run: string) =>
  `round(extract(epoch FROM ${run}.finished_at - ${run}.started_at) * 1000)::bigint`;

/** A part about jobs: what became of the last of those runs, where that tells something. */
export const LAST = `
    last AS MATERIALIZED (
      SELECT DISTINCT ON (job_id) job_id, finished_at, state, ${tookMs('lately')} AS ms,
             state <> 'succeeded' AS failed
      FROM lately
      WHERE state IN ('succeeded', 'failed', 'timed-out', 'abandoned')
      ORDER BY job_id, id DESC)`;

/** How far that reaches, as an object. */
export const reach = (quoted: string) => `
    json_build_object(
      'now', ${CLOCK},
      'to', (SELECT CASE WHEN count(*) = ${MOST} THEN max(finished_at) END FROM lately),
      'from', (SELECT c.hour FROM (SELECT min(hour) AS hour FROM ${quoted}.counted_hours) c
               WHERE c.hour > (SELECT min(finished_at) FROM ${quoted}.runs)))`;
