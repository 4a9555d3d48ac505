import { EXACT_CLOCK, STAMP, STATEMENT_CLOCK } from '../database-time.js';
import { AS_READ, isDue } from './as-read.js';
import { finishJobs } from './finish-jobs.js';
import { FATE, limitsOf, ROOM, TURN } from './overlap.js';
import { BLOCKER, BUFFERED, LIVE, standing } from './standing.js';
import { fence, type StatementOf } from '../session/statement.js';

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
 * - Somebody holds the plan's row in an open transaction, or a run that has to give way. The job is left
 *   out (SKIP LOCKED) and tried again; the rest of the batch does not wait.
 * - Too many instances. Live runs are counted here, under the plan's lock, which everybody takes who
 *   makes a run pending. What they become meanwhile only frees an instance: a run that ends after the
 *   snapshot still counts, and the fire time is skipped as if it had come a moment earlier.
 * - A run that waits for its retry, or one that is to give way, is claimed at the same time. The row's
 *   lock decides, and what it is then is read under that lock: what was claimed first goes on and
 *   counts as live, and under `cancel-previous` it is asked to end like any other. One UPDATE writes
 *   all of these rows: within a statement, a second one would not see what the first has done.
 * - A run that makes up for an outage waits for a slot when the next fire time of its job comes. Where that
 *   one would be skipped for it, it gives way: it is `cancelled`, reason `superseded`.
 * - A buffered run is released at the same time. The release takes the plan's lock as well; where this
 *   statement's snapshot is older it sees the run still waiting, starts nothing before it, and at worst
 *   skips a fire time for which there would have been room an instant later.
 * - The job ends and is edited at once. Whatever may end locks its job's row first, and is left out
 *   where somebody holds it; whether it does end is decided from what was started.
 *
 * $2 token · $3 count of pauses · $4 … $15 jobs: id, planned, revision, inserts, next, last, task,
 * priority, overlap, capacity, buffer limit, runs that it may have · $16 which of them may end ·
 * $17, $18 of each job, its first candidate and how many it has · $19, $20 candidates: fire time, run
 * time · $21, $22 of each job, its first range and how many it has · $23 … $26 ranges: reason, from,
 * to, count · $27 channel · $28 whether the rows are wanted
 */
export const fire: StatementOf = (schema) => ({
  name: 'fire',
  text: `
    WITH lead AS MATERIALIZED (
      ${fence(schema, '$2', 'NOT paused AND pauses = $3::int')}),
    wanted AS MATERIALIZED (
      SELECT * FROM unnest($4::text[], $5::timestamptz[], $6::int[], $7::bigint[],
                           $8::timestamptz[], $9::timestamptz[], $10::text[], $11::int[],
                           $12::text[], $13::int[], $14::int[], $15::int[], $16::boolean[],
                           $17::int[], $18::int[], $21::int[], $22::int[])
        AS w (job_id, planned_at, revision, inserts, next_fire_at, last_fire_at, task, priority,
              overlap, capacity, buffer_limit, max_runs, may_end, first, many, first_range, ranges)),
    ending AS MATERIALIZED (
      SELECT j.id
      FROM wanted w JOIN ${schema.quoted}.jobs j ON j.id = w.job_id
      WHERE EXISTS (SELECT 1 FROM lead) AND w.may_end
      ORDER BY j.id
      FOR NO KEY UPDATE OF j SKIP LOCKED),
    asking AS MATERIALIZED (
      SELECT w.job_id, w.next_fire_at, w.last_fire_at, w.task, w.priority, w.overlap,
             w.buffer_limit, w.max_runs, w.first, w.many, w.first_range, w.ranges, ${limitsOf('w')},
             CASE WHEN w.overlap <> 'allow' THEN 2147483647 END AS ends_waiting_below,
             w.overlap = 'cancel-previous' AS displaces, w.overlap = 'skip' AS outruns
      FROM wanted w JOIN ${schema.quoted}.job_plans p ON p.job_id = w.job_id
      WHERE EXISTS (SELECT 1 FROM lead)
        AND ${AS_READ} AND ${isDue('w.last_fire_at')}
        AND (NOT w.may_end OR w.job_id IN (SELECT id FROM ending))
      ORDER BY p.job_id
      FOR NO KEY UPDATE OF p SKIP LOCKED),
    ${standing(schema)},
    counted AS (
      SELECT job_id, next_fire_at, last_fire_at, task, priority, overlap, capacity, buffer_limit,
             max_runs, first, many, first_range, ranges, ${BUFFERED} AS buffered,
             greatest(capacity - ${LIVE}, 0) AS free, ${BLOCKER} AS blocker
      FROM standing
      GROUP BY job_id, next_fire_at, last_fire_at, task, priority, overlap, capacity, buffer_limit,
               max_runs, first, many, first_range, ranges),
    roomy AS (
      SELECT *, ${ROOM}
      FROM counted),
    decided AS MATERIALIZED (SELECT *, least(many, starts + waits) AS taken FROM roomy),
    fates AS (
      SELECT d.job_id, c.fire_at, c.run_at, d.task, d.priority, d.blocker,
             ${FATE} AS fate
      FROM decided d,
        unnest(($19::timestamptz[])[d.first : d.first + d.many - 1],
               ($20::timestamptz[])[d.first : d.first + d.many - 1])
          WITH ORDINALITY AS c (fire_at, run_at, nth),
        LATERAL (SELECT ${TURN}) AS t (turn)),
    moved AS (
      UPDATE ${schema.quoted}.job_plans p
      SET next_fire_at = CASE WHEN d.max_runs <= p.fired + d.taken THEN NULL
                              ELSE d.next_fire_at END,
          last_fire_at = d.last_fire_at, fired = p.fired + d.taken
      FROM decided d
      WHERE p.job_id = d.job_id
      RETURNING p.job_id, p.next_fire_at),
    ${finishJobs(schema)},
    rows AS (
      SELECT job_id, task, fire_at, run_at, priority, fate = 'starts' AS queued,
             CASE WHEN fate = 'waits' THEN 'buffered' END AS held,
             CASE WHEN fate IN ('overlapped', 'limit') THEN fate END AS reason,
             CASE WHEN fate = 'overlapped' THEN jsonb_build_object(
               'name', 'Overlapped',
               'message', coalesce(blocker,
                 'Another fire time of the job that was due at once took its place.')) END AS error,
             NULL::timestamptz AS covers_from, NULL::timestamptz AS covers_to,
             NULL::int AS covers_count
      FROM fates
      UNION ALL
      SELECT d.job_id, d.task, s.covers_to, s.covers_to, d.priority, false, NULL, s.reason, NULL,
             s.covers_from, s.covers_to, s.covers_count
      FROM decided d,
        unnest(($23::text[])[d.first_range : d.first_range + d.ranges - 1],
               ($24::timestamptz[])[d.first_range : d.first_range + d.ranges - 1],
               ($25::timestamptz[])[d.first_range : d.first_range + d.ranges - 1],
               ($26::int[])[d.first_range : d.first_range + d.ranges - 1])
          AS s (reason, covers_from, covers_to, covers_count)),
    inserted AS (
      INSERT INTO ${schema.quoted}.runs
        (job_id, task, fire_at, run_at, cause, state, reason, covers_from, covers_to, covers_count,
         queued, held, fencing_token, priority, created_at, finished_at, error)
      SELECT job_id, task, fire_at, run_at, 'fired',
             CASE WHEN reason IS NULL THEN 'pending' ELSE 'skipped' END, reason, covers_from,
             covers_to, covers_count, queued, held, $2::bigint, priority, ${STAMP},
             CASE WHEN reason IS NOT NULL THEN ${STAMP} END, error
      FROM rows
      ORDER BY job_id, fire_at
      ON CONFLICT DO NOTHING
      RETURNING id, job_id, fire_at, state, reason, queued, held),
    told AS MATERIALIZED (
      SELECT count(*) FILTER (WHERE queued)::int AS pending,
             count(*) FILTER (WHERE held IS NOT NULL) AS buffered
      FROM inserted)
    SELECT EXISTS (SELECT 1 FROM lead) AS led,
           (SELECT coalesce(array_agg(job_id), '{}') FROM moved) AS moved,
           (SELECT pending FROM told) AS pending,
           (SELECT pg_notify($27, 'runs') FROM told WHERE pending > 0) AS told_runs,
           (SELECT pg_notify($27, 'slots') FROM told WHERE buffered > 0) AS told_slots,
           (SELECT pg_notify($27, 'cancel')
            WHERE EXISTS (SELECT 1 FROM giving_way WHERE state = 'running')) AS told_cancel,
           (SELECT coalesce(json_agg(s), '[]')
            FROM (SELECT job_id AS "jobId", reason, count(*)::int AS count FROM inserted
                  WHERE reason IN ('overlapped', 'limit') GROUP BY job_id, reason) s) AS skipped,
           (SELECT coalesce(json_agg(json_build_object(
                     'runId', id::text, 'jobId', job_id, 'fireAt', fire_at, 'state', state,
                     'reason', reason) ORDER BY id), '[]')
            FROM inserted WHERE $28::boolean) AS rows,
           ${STATEMENT_CLOCK} AS at, ${EXACT_CLOCK} AS "atMs"`,
});
