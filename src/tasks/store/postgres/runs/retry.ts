import { CLOCK, interval, STAMP } from '../database-time.js';
import { cancelled } from './cancelled.js';
import { lockClaims } from './lock-claims.js';
import { lockPlans } from './lock-plans.js';
import { isClaimOf, type StatementOf } from '../session/statement.js';
import { tellSlots } from './waiting-slots.js';

/**
 * Writes outcomes after which a run is tried again: the run becomes pending, and the attempt is kept.
 * $2 node · $3 runs · $4 attempts · $5 states · $6 errors · $7 milliseconds until then · $8 channel.
 *
 * What can go wrong, and why it does not:
 *
 * - The job is being paused or edited. A run becomes pending, so its job's plan is locked, as for a
 *   fire. The snapshot may be older than that lock, and then the plan has another revision than the
 *   job as we see it: nothing is done, the answer says `held`, and the next statement sees all of it.
 * - Somebody's transaction holds the plan or the run. It is passed over, the answer says `held`, and the
 *   outcome comes again; the others do not wait.
 * - The job is paused: the run of a fire waits until it is resumed. The job is gone: the outcome is the
 *   last one.
 * - Somebody has asked for the run's end. The row itself says so once its lock is had, also when it was
 *   said while this statement waited: the run ends as cancelled.
 * - The answer is lost and the outcome comes again. The run is not this claim's any more, and the row
 *   of the attempt tells that it was written. While the first statement is still on its way the second
 *   one passes over what it holds: `held`.
 * - A worker sleeps until the next run that it knew of. It is woken and asks when that is now.
 */
export const retry: StatementOf = (schema) => ({
  name: 'retry',
  text: `
    WITH outcomes AS MATERIALIZED (
      SELECT * FROM unnest($3::bigint[], $4::int[], $5::text[], $6::jsonb[], $7::float8[])
        AS o (id, attempt, state, error, in_ms)),
    given AS MATERIALIZED (
      SELECT o.*, r.fire_at, r.job_id, r.started_at, r.cause
      FROM outcomes o JOIN ${schema.quoted}.runs r ON r.id = o.id AND r.attempt = o.attempt
      WHERE ${isClaimOf('r', '$2')}
      ORDER BY o.id),
    plans AS MATERIALIZED (${lockPlans(schema, 'given')}),
    free AS MATERIALIZED (
      SELECT g.*, j.id IS NULL AS removed, coalesce(j.paused, false) AND g.cause = 'fired' AS holds
      FROM given g
        LEFT JOIN plans p ON p.job_id = g.job_id
        LEFT JOIN ${schema.quoted}.jobs j ON j.id = g.job_id
      WHERE j.revision IS NOT DISTINCT FROM p.revision
      ORDER BY g.id),
    judged AS MATERIALIZED (SELECT f.* FROM free f ${lockClaims(schema, 'f', '$2')} l),
    ended AS (
      UPDATE ${schema.quoted}.runs r
      SET state = CASE WHEN ${cancelled} THEN 'cancelled' WHEN removed THEN d.state
                       ELSE 'pending' END,
          queued = NOT ${cancelled} AND NOT removed AND NOT holds,
          held = CASE WHEN NOT ${cancelled} AND NOT removed AND holds THEN 'paused' END,
          run_at = CASE WHEN ${cancelled} OR removed THEN r.run_at
                        ELSE date_trunc('milliseconds', ${CLOCK} + ${interval('d.in_ms')}) END,
          node_id = CASE WHEN ${cancelled} OR removed THEN r.node_id END,
          started_at = CASE WHEN ${cancelled} OR removed THEN r.started_at END,
          finished_at = CASE WHEN ${cancelled} OR removed THEN ${STAMP} END,
          error = CASE WHEN ${cancelled} OR removed THEN d.error END,
          progress = CASE WHEN ${cancelled} OR removed THEN r.progress END
      FROM judged d
      WHERE r.id = d.id AND r.fire_at = d.fire_at AND r.attempt = d.attempt
        AND ${isClaimOf('r', '$2')}
      RETURNING r.id, r.attempt, r.job_id, r.state, r.queued),
    kept AS (
      INSERT INTO ${schema.quoted}.run_attempts
        (run_id, attempt, node_id, state, started_at, finished_at, error)
      SELECT d.id, d.attempt, $2::uuid, d.state, d.started_at, ${STAMP}, d.error
      FROM ended e JOIN judged d ON d.id = e.id AND d.attempt = e.attempt
      WHERE e.state = 'pending'
      ON CONFLICT DO NOTHING),
    before AS (
      SELECT r.id, o.attempt, r.job_id
      FROM outcomes o
        JOIN ${schema.quoted}.runs r ON r.id = o.id
        CROSS JOIN LATERAL (
          SELECT 1
          WHERE r.attempt = o.attempt AND r.node_id = $2::uuid AND r.state IN (o.state, 'cancelled')
          UNION ALL
          SELECT 1 FROM ${schema.quoted}.run_attempts a
          WHERE a.run_id = o.id AND a.attempt = o.attempt AND a.node_id = $2::uuid
            AND a.state = o.state
          LIMIT 1) written),
    recorded AS MATERIALIZED (
      SELECT id, attempt, job_id FROM ended UNION ALL SELECT id, attempt, job_id FROM before),
    queued AS MATERIALIZED (SELECT 1 FROM ended WHERE queued LIMIT 1),
    answer AS (
      SELECT w.id, w.attempt, p.next_fire_at, false AS held
      FROM recorded w LEFT JOIN ${schema.quoted}.job_plans p ON p.job_id = w.job_id
      UNION ALL
      SELECT g.id, g.attempt, NULL, true
      FROM given g
      WHERE NOT EXISTS (SELECT 1 FROM ended e WHERE e.id = g.id))
    SELECT a.*, (SELECT pg_notify($8, 'runs') FROM queued) AS told_runs,
           (${tellSlots(schema, 'recorded', '$8')}) AS told_slots
    FROM answer a`,
});
