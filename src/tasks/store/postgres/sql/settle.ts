import { CLOCK, interval, STAMP } from '../../database-time.js';
import { fence, type StatementOf } from './statement.js';

/** At most so many at once; the next turn takes the rest. */
const BATCH = 500;

/** Abandons the runs of nodes that have been silent for too long. $2 token · $3 dead-after in ms. */
export const settle: StatementOf = (schema) => ({
  name: 'settle',
  text: `
    WITH lead AS MATERIALIZED (${fence(schema, '$2')}),
    lost AS MATERIALIZED (
      SELECT r.id, r.fire_at, coalesce(n.name, r.node_id::text) AS node, n.heartbeat_at
      FROM ${schema.quoted}.runs r LEFT JOIN ${schema.quoted}.nodes n ON n.id = r.node_id
      WHERE EXISTS (SELECT 1 FROM lead) AND r.state = 'running'
        AND (n.id IS NULL OR n.stopped_at IS NOT NULL
             OR n.heartbeat_at < ${CLOCK} - ${interval('$3')})
      ORDER BY r.id
      LIMIT ${BATCH}
      FOR NO KEY UPDATE OF r SKIP LOCKED),
    settled AS (
      UPDATE ${schema.quoted}.runs r
      SET state = 'abandoned', finished_at = ${STAMP},
          error = jsonb_build_object(
            'name', 'NodeLost',
            'message', format('Node %s was last heard of at %s; the run was given up. '
                              'It may have done some of its work.', l.node,
                              coalesce(l.heartbeat_at::text, 'an unknown time')))
      FROM lost l
      WHERE r.id = l.id AND r.fire_at = l.fire_at
      RETURNING 1)
    SELECT EXISTS (SELECT 1 FROM lead) AS led, (SELECT count(*)::int FROM settled) AS settled`,
});
