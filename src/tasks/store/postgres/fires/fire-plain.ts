import { EXACT_CLOCK, STAMP, STATEMENT_CLOCK } from '../database-time.js';
import { AS_READ, isDue } from './as-read.js';
import { finishJobs } from './finish-jobs.js';
import { isNodeAlive } from '../runs/claim-parts.js';
import { fence, type StatementOf } from '../session/statement.js';

/**
 * The same as `fire` for what nearly all fires are: of each job one fire time that is on time, and nothing in its way.
 * A job that is not so after all does not move, and is left to `fire`.
 *
 * What can go wrong is said there, and holds here too: the fence, the compare-and-set under the plan's lock, the unique
 * key. Of overlap it need not know more than that there is no other run: whoever makes a run pending takes the plan's
 * lock and changes `inserts`, so the compare-and-set fails where the snapshot is older than that.
 *
 * That is looked up for each job on its own: an EXISTS would be answered by a list of all that is not finished.
 *
 * A run that is wanted `here` is claimed for this node by the same statement. That is a claim like any other
 * (`runs/claim.ts`): its time must have come by the database's own clock, the fence knows that the cluster is not paused, the node must be alive by its last sign, and
 * what happens when the answer is lost is told by `engine/slot-loan.ts`. No other node ever sees the run pending.
 *
 * $2 token · $3 count of pauses · $4 … $13 jobs: id, planned, revision, inserts, next, run time, task, priority,
 * whether another run is in its way, whether it is wanted here · $14 channel · $15 whether the rows are wanted ·
 * $16 node · $17 dead-after in ms
 */
export const firePlain: StatementOf = (schema) => ({
  name: 'fire_plain',
  text: `
    WITH lead AS MATERIALIZED (
      ${fence(schema, '$2', 'NOT paused AND pauses = $3::int')}),
    ${isNodeAlive(schema, '$16', '$17')},
    wanted AS MATERIALIZED (
      SELECT * FROM unnest($4::text[], $5::timestamptz[], $6::int[], $7::bigint[],
                           $8::timestamptz[], $9::timestamptz[], $10::text[], $11::int[],
                           $12::boolean[], $13::boolean[])
        AS w (job_id, planned_at, revision, inserts, next_fire_at, run_at, task, priority,
              alone, here)),
    ending AS MATERIALIZED (
      SELECT j.id
      FROM wanted w JOIN ${schema.quoted}.jobs j ON j.id = w.job_id
      WHERE EXISTS (SELECT 1 FROM lead) AND w.next_fire_at IS NULL
      ORDER BY j.id
      FOR NO KEY UPDATE OF j SKIP LOCKED),
    ready AS MATERIALIZED (
      SELECT w.*
      FROM wanted w JOIN ${schema.quoted}.job_plans p ON p.job_id = w.job_id
      WHERE EXISTS (SELECT 1 FROM lead)
        AND ${AS_READ} AND ${isDue('w.planned_at')}
        AND (w.next_fire_at IS NOT NULL OR w.job_id IN (SELECT id FROM ending))
        AND (NOT w.alone OR (
          SELECT true FROM ${schema.quoted}.runs u
          WHERE u.job_id = w.job_id AND (u.state IN ('pending', 'running') OR u.handler_alive)
          LIMIT 1) IS NULL)
      ORDER BY p.job_id
      FOR NO KEY UPDATE OF p SKIP LOCKED),
    moved AS (
      UPDATE ${schema.quoted}.job_plans p
      SET next_fire_at = r.next_fire_at, last_fire_at = r.planned_at, fired = p.fired + 1
      FROM ready r
      WHERE p.job_id = r.job_id
      RETURNING p.job_id, p.next_fire_at),
    ${finishJobs(schema)},
    inserted AS (
      INSERT INTO ${schema.quoted}.runs
        (job_id, task, fire_at, run_at, cause, state, queued, fencing_token, priority, created_at,
         attempt, node_id, started_at)
      SELECT r.job_id, r.task, r.planned_at, r.run_at, 'fired',
             CASE WHEN c.here THEN 'running' ELSE 'pending' END, NOT c.here, $2::bigint, r.priority,
             ${STAMP}, c.here::int, CASE WHEN c.here THEN $16::uuid END,
             CASE WHEN c.here THEN ${STAMP} END
      FROM ready r, LATERAL (
        SELECT r.here AND ${isDue('r.run_at')} AND EXISTS (SELECT 1 FROM me) AS here) c
      ORDER BY r.job_id
      ON CONFLICT DO NOTHING
      RETURNING id, job_id, task, fire_at, run_at, state, attempt, cause, fencing_token),
    told AS MATERIALIZED (
      SELECT count(*) FILTER (WHERE state = 'pending')::int AS pending FROM inserted)
    SELECT EXISTS (SELECT 1 FROM lead) AS led,
           (SELECT coalesce(array_agg(job_id), '{}') FROM moved) AS moved,
           (SELECT pending FROM told) AS pending,
           (SELECT pg_notify($14, 'runs') FROM told WHERE pending > 0) AS told_runs,
           (SELECT json_agg(json_build_object(
                     'id', i.id::text, 'attempt', i.attempt, 'job_id', i.job_id, 'task', i.task,
                     'payload', j.payload, 'cause', i.cause, 'fire_at', i.fire_at, 'run_at', i.run_at,
                     'fencing_token', i.fencing_token::text, 'timeout_ms', j.timeout_ms,
                     'retry', j.retry, 'transactional', j.transactional))
            FROM inserted i JOIN ${schema.quoted}.jobs j ON j.id = i.job_id
            WHERE i.state = 'running') AS claimed,
           (SELECT coalesce(json_agg(json_build_object(
                     'runId', id::text, 'jobId', job_id, 'fireAt', fire_at, 'state', 'pending',
                     'reason', NULL) ORDER BY id), '[]')
            FROM inserted WHERE $15::boolean) AS rows,
           ${STATEMENT_CLOCK} AS at, ${EXACT_CLOCK} AS "atMs"`,
});
