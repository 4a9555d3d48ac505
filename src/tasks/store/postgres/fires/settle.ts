import { CLOCK, interval, STAMP } from '../database-time.js';
import { MAX_CRASHES } from '../../fire-ledger.js';
import { cancelled, cancelledError } from '../runs/cancelled.js';
import { lockPlans } from '../runs/lock-plans.js';
import { fence, type StatementOf } from '../session/statement.js';
import { goesOn, overdue, running } from '../runs/short-lists.js';
import { tellSlots } from '../runs/waiting-slots.js';

/** At most so many at once; the next turn takes the rest. */
const BATCH = 500;

/**
 * Settles the runs of nodes that have been silent for too long: abandons them, or makes them pending
 * again where their job wants that. $2 token · $3 dead-after in ms · $4 channel · $5 nodes that are known
 * to live.
 *
 * What can go wrong, and why it does not:
 *
 * - The node is not dead but frozen, and wakes. Its claim is gone: its outcome is refused, its heartbeat
 *   tells it so and its handler is aborted. A run that commits its success together with its own
 *   writes checks the claim in that commit: either it came before this statement, which then finds the
 *   run ended, or it is rolled back and leaves nothing.
 * - The job is being paused, edited or removed. A run becomes pending, so its job's plan is locked. The
 *   snapshot may be older than that lock; then the plan has another revision than the job as we see
 *   it, and the run is left for the next turn.
 * - A run brings down each node that takes it. It is run again a bounded number of times.
 * - Somebody else holds a plan or a run. It is left out: this statement waits for nobody, so it cannot
 *   be part of a deadlock either.
 * - A handler went on after its time, and its node died: it counts no longer.
 */
export const settle: StatementOf = (schema) => {
  const { quoted } = schema;
  const dead = `(n.id IS NULL OR n.stopped_at IS NOT NULL
             OR n.heartbeat_at < ${CLOCK} - ${interval('$3')})`;
  // A row that was edited by hand must not stop the others.
  const maxAttempts = `CASE WHEN jsonb_typeof(j.retry -> 'maxAttempts') = 'number'
                    THEN (j.retry ->> 'maxAttempts')::numeric ELSE 1 END`;
  return {
    name: 'settle',
    text: `
    WITH lead AS MATERIALIZED (${fence(schema, '$2')}),
    lost AS MATERIALIZED (
      SELECT r.id, r.fire_at, r.job_id, r.attempt, r.node_id, coalesce(n.name, r.node_id::text) AS node, n.heartbeat_at,
             j.revision, j.paused,
             j.on_crash = 'rerun' AND r.cancel_requested_at IS NULL
               AND r.attempt < greatest(${maxAttempts}, ${MAX_CRASHES}) AS reruns
      FROM (${running(schema)}) r
        LEFT JOIN ${quoted}.nodes n ON n.id = r.node_id
        LEFT JOIN ${quoted}.jobs j ON j.id = r.job_id
      WHERE EXISTS (SELECT 1 FROM lead) AND ${dead}
        AND r.node_id <> ALL ($5::uuid[])
      ORDER BY r.id
      LIMIT ${BATCH}),
    plans AS MATERIALIZED (${lockPlans(schema, 'lost WHERE reruns')}),
    judged AS MATERIALIZED (
      SELECT l.* FROM lost l LEFT JOIN plans p ON p.job_id = l.job_id
      WHERE l.reruns IS NOT TRUE OR l.revision = p.revision),
    decided AS MATERIALIZED (
      SELECT r.id, r.fire_at, r.attempt, r.node_id, r.started_at, r.job_id, d.node,
             CASE WHEN ${cancelled} THEN 'cancelled' WHEN d.reruns THEN 'pending'
                  ELSE 'abandoned' END AS state,
             d.paused AND r.cause = 'fired' AS holds,
             jsonb_build_object(
               'name', 'NodeLost',
               'message', format('Node %s was last heard of at %s; the run was abandoned. '
                                 'It may have done some of its work.', d.node,
                                 coalesce(d.heartbeat_at::text, 'an unknown time'))) AS error
      FROM judged d JOIN ${quoted}.runs r ON r.id = d.id AND r.fire_at = d.fire_at
      WHERE r.state = 'running' AND r.attempt = d.attempt AND r.node_id = d.node_id
      ORDER BY r.id
      FOR NO KEY UPDATE OF r SKIP LOCKED),
    settled AS (
      UPDATE ${quoted}.runs r
      SET state = d.state,
          queued = d.state = 'pending' AND NOT d.holds,
          held = CASE WHEN d.state = 'pending' AND d.holds THEN 'paused' END,
          run_at = CASE WHEN d.state = 'pending' THEN ${STAMP} ELSE r.run_at END,
          node_id = CASE WHEN d.state <> 'pending' THEN r.node_id END,
          started_at = CASE WHEN d.state <> 'pending' THEN r.started_at END,
          finished_at = CASE WHEN d.state <> 'pending' THEN ${STAMP} END,
          progress = CASE WHEN d.state <> 'pending' THEN r.progress END,
          error = CASE d.state WHEN 'abandoned' THEN d.error
                               WHEN 'cancelled' THEN ${cancelledError} END
      FROM decided d
      WHERE r.id = d.id AND r.fire_at = d.fire_at
      RETURNING r.id, r.job_id, r.state, r.queued, d.node_id AS lost_by, d.node),
    kept AS (
      INSERT INTO ${quoted}.run_attempts
        (run_id, attempt, node_id, state, started_at, finished_at, error)
      SELECT id, attempt, node_id, 'abandoned', started_at, ${STAMP}, error
      FROM decided WHERE state = 'pending'
      ON CONFLICT DO NOTHING),
    overdue AS MATERIALIZED (
      SELECT r.*
      FROM (SELECT o.* FROM (${overdue(schema)}) o
              LEFT JOIN ${quoted}.nodes n ON n.id = o.node_id
            WHERE EXISTS (SELECT 1 FROM lead) AND ${dead} AND o.node_id <> ALL ($5::uuid[])
            LIMIT ${BATCH}) o
        CROSS JOIN LATERAL (
          SELECT r.id, r.fire_at FROM ${quoted}.runs r
          WHERE r.id = o.id AND r.fire_at = o.fire_at AND ${goesOn('o.node_id')}
          OFFSET 0
          FOR NO KEY UPDATE SKIP LOCKED) r),
    freed AS (
      UPDATE ${quoted}.runs r SET handler_alive = false
      FROM overdue o WHERE r.id = o.id AND r.fire_at = o.fire_at
      RETURNING r.job_id),
    queued AS MATERIALIZED (SELECT 1 FROM settled WHERE queued LIMIT 1),
    ended AS MATERIALIZED (
      SELECT job_id FROM settled WHERE state <> 'pending' UNION ALL SELECT job_id FROM freed)
    SELECT EXISTS (SELECT 1 FROM lead) AS led,
           (SELECT count(*)::int FROM settled WHERE state = 'abandoned') AS abandoned,
           (SELECT count(*)::int FROM settled WHERE state = 'pending') AS rerun,
           (SELECT coalesce(json_agg(json_build_object(
                     'runId', id::text, 'jobId', job_id, 'nodeId', lost_by, 'node', node,
                     'state', state) ORDER BY id), '[]')
            FROM settled WHERE state <> 'cancelled') AS runs,
           (SELECT pg_notify($4, 'runs') FROM queued) AS told_runs,
           (${tellSlots(schema, 'ended', '$4')}) AS told_slots`,
  };
};
