import { CLOCK } from '../database-time.js';
import { heldMarks, marked } from './transaction-mark.js';
import { fence, type StatementOf } from '../session/statement.js';

/**
 * The transactions of runs that go on, and what is known of those whose they are. $2 this node.
 *
 * A claim is in force also when it has just succeeded: others see a commit a moment before its locks go.
 */
export const seeTransactions: StatementOf = (schema) => ({
  name: 'see_transactions',
  text: `
    WITH held AS MATERIALIZED (${heldMarks(schema)}),
    going AS MATERIALIZED (${marked(schema)}),
    known AS MATERIALIZED (
      SELECT g.pid, g.run_id, g.attempt, r.node_id,
             coalesce(r.attempt = g.attempt AND r.state IN ('running', 'succeeded'), false)
               AS in_force,
             n.id IS NULL OR n.stopped_at IS NOT NULL AS is_gone,
             n.heartbeat_at, ${silence('n')} AS silent_ms
      FROM going g
        LEFT JOIN ${schema.quoted}.runs r ON r.id = g.run_id
        LEFT JOIN ${schema.quoted}.nodes n ON n.id = r.node_id)
    SELECT (SELECT ${silence('o')} FROM ${schema.quoted}.nodes o WHERE o.id = $2::uuid)
             AS own_silence_ms,
           (SELECT coalesce(json_agg(json_build_object(
                     'pid', pid, 'runId', run_id::text, 'attempt', attempt,
                     'inForce', in_force, 'isOwn', coalesce(node_id = $2::uuid, false), 'nodeId', node_id, 'isGone', is_gone,
                     'sign', heartbeat_at::text, 'silentMs', coalesce(silent_ms, 0))), '[]')
            FROM known) AS going`,
});

/**
 * Ends transactions of runs. $1 token · $2 … $4 those: process, run, attempt.
 *
 * Each is looked for once more: a process that works for another claim by now is left alone. One that
 * our role may not end is told, instead of failing them all.
 */
export const endTransactions: StatementOf = (schema) => ({
  name: 'end_transactions',
  text: `
    WITH lead AS MATERIALIZED (${fence(schema, '$1')}),
    held AS MATERIALIZED (${heldMarks(schema)}),
    going AS MATERIALIZED (${marked(schema)}),
    left_alone AS MATERIALIZED (
      SELECT g.pid, g.run_id, g.attempt, pg_get_userbyid(s.usesysid) AS owner,
             pg_has_role(s.usesysid, 'USAGE')
               OR pg_has_role('pg_signal_backend', 'USAGE')
                  AND NOT (SELECT rolsuper FROM pg_roles WHERE oid = s.usesysid) AS may
      FROM unnest($2::int[], $3::bigint[], $4::int[]) AS l (pid, run_id, attempt)
        JOIN going g ON g.pid = l.pid AND g.run_id = l.run_id AND g.attempt = l.attempt
        CROSS JOIN pg_stat_get_activity(g.pid) s
      WHERE EXISTS (SELECT 1 FROM lead))
    SELECT EXISTS (SELECT 1 FROM lead) AS led,
           (SELECT coalesce(json_agg(json_build_object(
                     'runId', run_id::text, 'attempt', attempt, 'owner', owner,
                     'role', current_user,
                     'ended', CASE WHEN may THEN pg_terminate_backend(pid) ELSE false END)), '[]')
            FROM left_alone) AS ends`,
});

const silence = (node: string) =>
  `(extract(epoch FROM ${CLOCK} - ${node}.heartbeat_at)::float8 * 1000)`;
