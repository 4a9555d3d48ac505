import { CLOCK, STAMP } from '../../database-time.js';
import type { StatementOf } from './statement.js';

/**
 * One sign of life for a node and all its runs, and what the ledger believes it is running.
 * $2 id · $3 name · $4 version · $5 schema version · $6 roles · $7 tasks.
 *
 * An upsert: a node that slept for so long that its row was pruned comes back.
 */
export const beat: StatementOf = ({ quoted }) => ({
  name: 'beat',
  text: `
    WITH beat AS (
      INSERT INTO ${quoted}.nodes AS n
        (id, name, version, schema_version, roles, tasks, started_at, heartbeat_at)
      VALUES ($2::uuid, $3, $4, $5::int, $6::text[], $7::jsonb, ${STAMP}, ${STAMP})
      ON CONFLICT (id) DO UPDATE SET heartbeat_at = greatest(n.heartbeat_at, excluded.heartbeat_at))
    SELECT ${CLOCK} AS at,
           (SELECT coalesce(json_agg(json_build_object('runId', id::text, 'attempt', attempt)), '[]')
            FROM ${quoted}.runs WHERE state = 'running' AND node_id = $2::uuid) AS running`,
});
