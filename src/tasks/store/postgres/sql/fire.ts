import { STAMP, STATEMENT_CLOCK } from '../../database-time.js';
import { fence, type StatementOf } from './statement.js';

/**
 * Fires a batch: moves the plans of due jobs and writes what becomes of their fire times, all or
 * nothing for each job, in one statement.
 *
 * What can go wrong, and why it does not:
 *
 * - An old leader fires. The fence holds the row of the leader lock by its token. After a takeover
 *   there is no such token, and during one the statement waits and then looks again.
 * - Two leaders fire the same fire time, or one fires it twice after an answer was lost. The plan
 *   moves only from the fire time that was planned (compare-and-set), and the ledger takes one row
 *   for each fire time (unique key).
 * - The job was edited, paused, or run by hand since it was read. Each of these changes `revision` or
 *   `inserts` of the plan, and the compare-and-set looks at both when it has the row's lock: the
 *   statement's snapshot may be older than that.
 * - A node's clock is fast. `last` is compared with the database's own clock.
 * - Somebody holds the plan's row in an open transaction. The job is left out (SKIP LOCKED) and tried
 *   again; the rest of the batch does not wait.
 * - Too many instances. Live runs are counted here, under the plan's lock, which everybody takes who
 *   makes a run pending.
 *
 * $2 token · $3 count of pauses · $4 … $12 jobs: id, planned, revision, inserts, next, last, task,
 * priority, capacity (null: no limit) · $13, $14 candidates: job, fire time · $15 … $19 ranges: job,
 * reason, from, to, count · $20 channel
 */
export const fire: StatementOf = (schema) => ({
  name: 'fire',
  text: `
    WITH lead AS MATERIALIZED (
      ${fence(schema, '$2', 'NOT paused AND pauses = $3::int')}),
    wanted AS MATERIALIZED (
      SELECT * FROM unnest($4::text[], $5::timestamptz[], $6::int[], $7::bigint[],
                           $8::timestamptz[], $9::timestamptz[], $10::text[], $11::int[],
                           $12::int[])
        AS w (job_id, planned_at, revision, inserts, next_fire_at, last_fire_at, task, priority,
              capacity)),
    ending AS MATERIALIZED (
      SELECT j.id FROM ${schema.quoted}.jobs j
      WHERE EXISTS (SELECT 1 FROM lead)
        AND j.id IN (SELECT job_id FROM wanted WHERE next_fire_at IS NULL)
      ORDER BY j.id
      FOR NO KEY UPDATE SKIP LOCKED),
    locked AS MATERIALIZED (
      SELECT p.job_id
      FROM ${schema.quoted}.job_plans p JOIN wanted w ON w.job_id = p.job_id
      WHERE EXISTS (SELECT 1 FROM lead)
        AND p.next_fire_at = w.planned_at AND p.revision = w.revision AND p.inserts = w.inserts
        AND w.last_fire_at <= ${STATEMENT_CLOCK}
        AND (w.next_fire_at IS NOT NULL OR w.job_id IN (SELECT id FROM ending))
      ORDER BY p.job_id
      FOR NO KEY UPDATE OF p SKIP LOCKED),
    moved AS (
      UPDATE ${schema.quoted}.job_plans p
      SET next_fire_at = w.next_fire_at, last_fire_at = w.last_fire_at
      FROM locked l JOIN wanted w ON w.job_id = l.job_id
      WHERE p.job_id = l.job_id
      RETURNING p.job_id),
    ended AS (
      UPDATE ${schema.quoted}.jobs j
      SET state = 'finished'
      FROM moved m JOIN wanted w ON w.job_id = m.job_id
      WHERE j.id = m.job_id AND w.next_fire_at IS NULL),
    live AS (
      SELECT r.job_id, count(*) AS runs
      FROM ${schema.quoted}.runs r
      WHERE r.job_id IN (SELECT job_id FROM locked)
        AND (r.state IN ('pending', 'running') OR r.handler_alive)
      GROUP BY r.job_id),
    candidates AS (
      SELECT c.job_id, c.fire_at, w.task, w.priority,
             w.capacity IS NULL
               OR row_number() OVER (PARTITION BY c.job_id ORDER BY c.fire_at)
                  <= w.capacity - coalesce(live.runs, 0) AS starts
      FROM unnest($13::text[], $14::timestamptz[]) AS c (job_id, fire_at)
        JOIN locked l ON l.job_id = c.job_id
        JOIN wanted w ON w.job_id = c.job_id
        LEFT JOIN live ON live.job_id = c.job_id),
    rows AS (
      SELECT job_id, task, fire_at, priority, starts, CASE WHEN NOT starts THEN 'overlapped' END
               AS reason,
             NULL::timestamptz AS covers_from, NULL::timestamptz AS covers_to,
             NULL::int AS covers_count
      FROM candidates
      UNION ALL
      SELECT s.job_id, w.task, s.covers_to, w.priority, false, s.reason, s.covers_from,
             s.covers_to, s.covers_count
      FROM unnest($15::text[], $16::text[], $17::timestamptz[], $18::timestamptz[], $19::int[])
             AS s (job_id, reason, covers_from, covers_to, covers_count)
        JOIN locked l ON l.job_id = s.job_id
        JOIN wanted w ON w.job_id = s.job_id),
    inserted AS (
      INSERT INTO ${schema.quoted}.runs
        (job_id, task, fire_at, run_at, cause, state, reason, covers_from, covers_to, covers_count,
         queued, fencing_token, priority, created_at, finished_at)
      SELECT job_id, task, fire_at, fire_at, 'fired',
             CASE WHEN starts THEN 'pending' ELSE 'skipped' END, reason, covers_from, covers_to,
             covers_count, starts, $2::bigint, priority, ${STAMP},
             CASE WHEN NOT starts THEN ${STAMP} END
      FROM rows
      ORDER BY job_id, fire_at
      ON CONFLICT DO NOTHING
      RETURNING queued),
    pending AS MATERIALIZED (SELECT count(*)::int AS runs FROM inserted WHERE queued)
    SELECT EXISTS (SELECT 1 FROM lead) AS led,
           (SELECT coalesce(array_agg(job_id), '{}') FROM moved) AS moved,
           (SELECT runs FROM pending) AS pending,
           (SELECT pg_notify($20, 'runs') FROM pending WHERE runs > 0) AS told,
           ${STATEMENT_CLOCK} AS at`,
});
