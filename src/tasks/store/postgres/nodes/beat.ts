import { DISABLED_HERE, DISABLED_IN_CODE } from '../../../domain/declared-job.js';
import { CLOCK, STAMP } from '../database-time.js';
import { runningAt } from '../runs/short-lists.js';
import { isAlive } from './live-nodes.js';
import { LOCK_NAME, type StatementOf } from '../session/statement.js';

/**
 * One sign of life for a node and all its runs, and what the ledger believes it is running.
 * $2 id · $3 name · $4 version · $5 schema version · $6 roles · $7 tasks · $8 other
 * jobs that it declares, or that are disabled here · $9 lag of its event loop in ms ·
 * $10 since when that is blocked · $11 by what · $12 dead-after in ms · $13 slots · $14 by how many ms the
 * database's clock is ahead of the node's.
 *
 * An upsert: a node that slept for so long that its row was pruned comes back.
 *
 * Which tasks nobody knows is found by leaping through an index from one task to the next, however many
 * jobs there are. Most are this node's own; who else is alive is asked for the rest. That a job is paused
 * or finished is looked at last, and then only of tasks that nobody knows.
 */
export const beat: StatementOf = (schema) => ({
  name: 'beat',
  text: `
    WITH RECURSIVE beat AS (
      INSERT INTO ${schema.quoted}.nodes AS n
        (id, name, version, schema_version, roles, tasks, jobs, loop_lag_ms, blocked_since, blocked_by,
         slots, clock_offset_ms, started_at, heartbeat_at)
      VALUES ($2::uuid, $3, $4, $5::int, $6::text[], $7::jsonb, $8::jsonb, $9::int, $10, $11,
              $13::int, $14::float8, ${STAMP}, ${STAMP})
      ON CONFLICT (id) DO UPDATE SET tasks = excluded.tasks, jobs = excluded.jobs,
        loop_lag_ms = excluded.loop_lag_ms, blocked_since = excluded.blocked_since,
        blocked_by = excluded.blocked_by, slots = excluded.slots,
        clock_offset_ms = excluded.clock_offset_ms,
        heartbeat_at = greatest(n.heartbeat_at, excluded.heartbeat_at)
      RETURNING drain_requested_at),
    others AS MATERIALIZED (
      SELECT DISTINCT tasks, jobs FROM ${schema.quoted}.nodes
      WHERE id <> $2::uuid AND ${isAlive('$12')}),
    used (task) AS (
      (SELECT task FROM ${schema.quoted}.jobs WHERE state IN ('active', 'paused') ORDER BY task LIMIT 1)
      UNION ALL
      SELECT (SELECT j.task FROM ${schema.quoted}.jobs j
              WHERE j.state IN ('active', 'paused') AND j.task > u.task ORDER BY j.task LIMIT 1)
      FROM used u WHERE u.task IS NOT NULL),
    own (id, hash, origin) AS MATERIALIZED (
      SELECT key, value, 'declared' FROM jsonb_each_text($7::jsonb) WHERE value IS NOT NULL
      UNION ALL
      SELECT key, value, NULL FROM jsonb_each_text($8::jsonb) WHERE value <> '${DISABLED_HERE}'),
    otherwise AS MATERIALIZED (
      SELECT j.id, j.declared_hash
      FROM own o JOIN ${schema.quoted}.jobs j
        ON j.id = o.id AND j.origin <> 'api' AND j.origin = coalesce(o.origin, j.origin)
      WHERE j.declared_hash IS DISTINCT FROM o.hash)
    SELECT ${CLOCK} AS at, extract(epoch FROM ${CLOCK})::float8 * 1000 AS "atMs",
           (SELECT drain_requested_at IS NOT NULL FROM beat) AS drain,
           (SELECT l.node_id IS NOT NULL AND l.expires_at > ${CLOCK}
            FROM ${schema.quoted}.leader_lock l WHERE l.name = ${LOCK_NAME}) AS led,
           ARRAY(SELECT u.task FROM used u
                 WHERE u.task IS NOT NULL AND NOT $7::jsonb ? u.task
                   AND NOT EXISTS (SELECT 1 FROM others o WHERE o.tasks ? u.task)
                   AND (SELECT true FROM ${schema.quoted}.jobs j
                        WHERE j.task = u.task AND j.state = 'active' LIMIT 1)
                 ORDER BY u.task) AS "unknownTasks",
           ARRAY(SELECT w.id FROM otherwise w
                 WHERE NOT EXISTS (SELECT 1 FROM others o
                                   WHERE (o.tasks || o.jobs) ->> w.id = w.declared_hash)
                 ORDER BY w.id) AS "toAdopt",
           ARRAY(SELECT j.id FROM jsonb_each_text($8::jsonb) d JOIN ${schema.quoted}.jobs j ON j.id = d.key
                 WHERE d.value = '${DISABLED_HERE}' AND j.origin = 'declared' AND j.paused
                   AND j.pause_reason = '${DISABLED_IN_CODE}'
                 ORDER BY j.id) AS "switchedOff",
           (SELECT coalesce(json_agg(json_build_object(
                     'runId', id::text, 'attempt', attempt,
                     'cancel', CASE WHEN cancel_requested_at IS NOT NULL
                                    THEN coalesce(cancel_reason, 'cancelled') END)), '[]')
            FROM (${runningAt(schema, '$2::uuid')}) r) AS running`,
});
