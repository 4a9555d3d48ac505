import { POLICY_NAMES } from '../../../domain/job.js';
import { nameOf } from '../columns.js';
import { EXACT_CLOCK, interval, STATEMENT_CLOCK } from '../database-time.js';
import { JOB_COLUMNS } from '../jobs/job-columns.js';
import type { SchemaName } from '../schema-name.js';
import { LOCK_NAME, type Statement } from '../session/statement.js';

const POLICY = POLICY_NAMES.map((name) => `'${name}', j.${nameOf(name, JOB_COLUMNS[name])}`).join(
  ', ',
);

/**
 * Jobs that are due within $2 ms, earliest first, but for those of the ids $3 that still have the
 * revisions $4, and not before $5; and how often the cluster was paused or resumed. The limit stands in
 * the text: a bound one makes the planner prepare for the whole table.
 */
export const dueJobs = ({ quoted }: SchemaName, most: number): Statement => ({
  name: `due_jobs_${most}`,
  text: `
    WITH due AS MATERIALIZED (
      SELECT p.job_id, p.next_fire_at, p.revision, p.inserts, p.fired
      FROM ${quoted}.job_plans p
      WHERE p.next_fire_at <= ${STATEMENT_CLOCK} + ${interval('$2')}
        AND p.next_fire_at >= coalesce($5::timestamptz, '-infinity')
        AND (p.job_id, p.revision) NOT IN (SELECT * FROM unnest($3::text[], $4::int[]))
      ORDER BY p.next_fire_at, p.job_id
      LIMIT ${most})
    SELECT ${STATEMENT_CLOCK} AS at, ${EXACT_CLOCK} AS "atMs", l.paused, l.pauses AS pause_count,
           (SELECT coalesce(json_agg(json_build_object(
                     'jobId', d.job_id, 'nextFireAt', d.next_fire_at, 'revision', d.revision,
                     'inserts', d.inserts::text, 'fired', d.fired, 'task', j.task,
                     'trigger', j.trigger, 'policy', json_build_object(${POLICY})) ORDER BY d.next_fire_at, d.job_id), '[]')
            FROM due d JOIN ${quoted}.jobs j ON j.id = d.job_id) AS jobs
    FROM ${quoted}.leader_lock l
    WHERE l.name = ${LOCK_NAME}`,
});
