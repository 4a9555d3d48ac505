import { MAX_FAILURES } from '../../../domain/outcomes.js';
import { fence, type StatementOf } from '../session/statement.js';
import { tookMs } from './ended-lately.js';

/** So many jobs are judged at once: the rows of each lie somewhere else. */
export const BATCH = 250;

/** So many of a job's last rows are looked at. */
const LAST = MAX_FAILURES + 2;

/**
 * Notes what became of the last run of jobs, and how often in a row those failed: $1 token · $2 the jobs; null: the next ones ·
 * $3 behind this id.
 *
 * The next ones are found by leaping from job to job through the ledger: a job that has no runs is not looked
 * at, of however many such jobs. Of each the last few that ended are read, by the end of an index; what was
 * skipped or cancelled tells nothing. Where all of them failed, it has failed for as long as was known before.
 * What is noted of jobs that are gone is deleted on the way, and what a job of the same id did before counts for
 * nothing.
 */
export const judgeJobs: StatementOf = (schema) => ({
  name: 'judge_jobs',
  text: `
    WITH RECURSIVE led AS MATERIALIZED (${fence(schema, '$1')}),
    leap (id, nth) AS (
      (SELECT r.job_id, 1 FROM ${schema.quoted}.runs r
       WHERE $2::text[] IS NULL AND r.job_id > $3::text AND EXISTS (SELECT FROM led)
       ORDER BY r.job_id LIMIT 1)
      UNION ALL
      SELECT r.job_id, l.nth + 1
      FROM leap l CROSS JOIN LATERAL (
        SELECT r.job_id FROM ${schema.quoted}.runs r
        WHERE r.job_id > l.id ORDER BY r.job_id LIMIT 1) r
      WHERE l.nth < ${BATCH}),
    next AS MATERIALIZED (SELECT id FROM leap),
    judged AS MATERIALIZED (
      SELECT j.id, j.created_at
      FROM (SELECT id FROM next UNION ALL SELECT unnest($2::text[])) g
        JOIN ${schema.quoted}.jobs j ON j.id = g.id
      WHERE EXISTS (SELECT FROM led)),
    gone AS (
      DELETE FROM ${schema.quoted}.job_outcomes o
      WHERE $2::text[] IS NULL AND o.job_id > $3::text AND EXISTS (SELECT FROM led)
        AND ((SELECT count(*) FROM next) < ${BATCH} OR o.job_id < (SELECT max(id) FROM next))
        AND NOT EXISTS (SELECT FROM ${schema.quoted}.jobs j WHERE j.id = o.job_id)),
    last AS MATERIALIZED (
      SELECT j.id AS job_id, j.created_at, r.state, ${tookMs('r')} AS ms, r.finished_at, r.state <> 'succeeded' AS failed,
             row_number() OVER (PARTITION BY j.id ORDER BY r.id DESC) AS nth
      FROM judged j CROSS JOIN LATERAL (
        SELECT id, state, started_at, finished_at FROM ${schema.quoted}.runs
        WHERE job_id = j.id
        ORDER BY id DESC LIMIT ${LAST}) r
      WHERE r.state IN ('succeeded', 'failed', 'timed-out', 'abandoned') AND r.finished_at >= j.created_at),
    streak AS MATERIALIZED (
      SELECT l.job_id, l.created_at, count(*) FILTER (WHERE l.nth < coalesce(s.nth, 'infinity'::float8))::int AS n,
             min(l.finished_at) FILTER (WHERE l.nth < coalesce(s.nth, 'infinity'::float8)) AS since,
             s.nth IS NULL AS whole, max(l.state) FILTER (WHERE l.nth = 1) AS last_state,
             max(l.ms) FILTER (WHERE l.nth = 1) AS last_ms,
             max(l.finished_at) FILTER (WHERE l.nth = 1) AS last_at
      FROM last l LEFT JOIN (
        SELECT job_id, min(nth) AS nth FROM last WHERE NOT failed GROUP BY job_id) s USING (job_id)
      GROUP BY l.job_id, l.created_at, s.nth),
    noted AS (
      INSERT INTO ${schema.quoted}.job_outcomes AS o
        (job_id, failures, failing_since, last_state, last_ms, last_at)
      SELECT job_id, least(n, ${MAX_FAILURES}), since, last_state, last_ms, last_at FROM streak
      ON CONFLICT (job_id) DO UPDATE
      SET last_state = EXCLUDED.last_state, last_ms = EXCLUDED.last_ms, last_at = EXCLUDED.last_at,
          (failures, failing_since) = (
        SELECT CASE WHEN s.goes_on THEN greatest(o.failures, EXCLUDED.failures) ELSE EXCLUDED.failures END,
               CASE WHEN s.goes_on THEN least(o.failing_since, EXCLUDED.failing_since)
                    ELSE EXCLUDED.failing_since END
        FROM (SELECT *, whole AND coalesce(o.last_at, o.failing_since) >= created_at AS goes_on
              FROM streak WHERE job_id = EXCLUDED.job_id) s)
      RETURNING xmax = 0 AS is_new)
    SELECT CASE WHEN (SELECT count(*) FROM next) = ${BATCH} THEN (SELECT max(id) FROM next) END AS last,
           coalesce((SELECT bool_or(is_new) FROM noted), false) AS news`,
});
