import { LOST_FOR } from '../../fire-ledger.js';
import { CLOCK, interval, STATEMENT_CLOCK } from '../database-time.js';
import type { StatementOf } from '../session/statement.js';

/**
 * The nodes that have runs, or handlers that go on, and their last signs of life. $2 this node ·
 * $3 dead-after in ms.
 *
 * They are found by leaping through the indexes of such runs from one node to the next. Whether a row of
 * `nodes` is held by somebody is asked only of those that have been silent for half of what makes
 * them dead: it takes the row's lock, for as long as this statement lasts. One without runs is lost only where
 * nobody holds its row, as its signs of life could not be written meanwhile.
 */
export const nodesAtWork: StatementOf = ({ quoted }) => ({
  name: 'nodes_at_work',
  text: `
    WITH RECURSIVE running (node_id) AS (${leap(quoted, "state = 'running'", 'running')}),
    going_on (node_id) AS (${leap(quoted, 'handler_alive', 'going_on')}),
    at_work AS MATERIALIZED (
      SELECT node_id FROM running WHERE node_id <> $2::uuid
      UNION
      SELECT node_id FROM going_on WHERE node_id <> $2::uuid),
    known AS MATERIALIZED (
      SELECT w.node_id, n.id IS NULL OR n.stopped_at IS NOT NULL AS is_gone, n.heartbeat_at,
             n.heartbeat_at < ${STATEMENT_CLOCK} - ${interval('$3')} / 2 AS is_suspect
      FROM at_work w LEFT JOIN ${quoted}.nodes n ON n.id = w.node_id),
    free AS MATERIALIZED (
      SELECT l.id FROM known k CROSS JOIN LATERAL (
        SELECT n.id FROM ${quoted}.nodes n WHERE n.id = k.node_id
        OFFSET 0
        FOR NO KEY UPDATE SKIP LOCKED) l
      WHERE k.is_suspect AND NOT k.is_gone),
    lost AS MATERIALIZED (
      SELECT n.id, n.name
      FROM ${quoted}.nodes n
      WHERE n.heartbeat_at < ${STATEMENT_CLOCK} - ${interval('$3')}
        AND n.heartbeat_at > ${STATEMENT_CLOCK} - ${interval('$3')} * ${LOST_FOR}
        AND n.stopped_at IS NULL AND n.id <> $2::uuid
        AND n.id NOT IN (SELECT node_id FROM at_work)
      FOR NO KEY UPDATE SKIP LOCKED)
    SELECT (SELECT coalesce(json_agg(json_build_object('nodeId', id, 'name', name)), '[]')
            FROM lost) AS lost,
           (SELECT extract(epoch FROM ${CLOCK} - o.heartbeat_at)::float8 * 1000
            FROM ${quoted}.nodes o WHERE o.id = $2::uuid) AS "ownSilenceMs",
           (SELECT coalesce(json_agg(json_build_object(
                     'nodeId', node_id, 'sign', heartbeat_at::text, 'isGone', is_gone,
                     'silentMs', greatest(0, coalesce(
                        extract(epoch FROM ${CLOCK} - heartbeat_at)::float8 * 1000, 0)),
                     'isHeld', coalesce(is_suspect, false) AND NOT is_gone
                               AND node_id NOT IN (SELECT id FROM free))), '[]')
            FROM known) AS nodes`,
});

const leap = (quoted: string, fits: string, name: string) => `
      (SELECT node_id FROM ${quoted}.runs WHERE ${fits} ORDER BY node_id LIMIT 1)
      UNION ALL
      SELECT (SELECT r.node_id FROM ${quoted}.runs r
              WHERE ${fits} AND r.node_id > l.node_id ORDER BY r.node_id LIMIT 1)
      FROM ${name} l WHERE l.node_id IS NOT NULL`;
