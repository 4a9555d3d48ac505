import { STAMP } from '../database-time.js';
import { isAlive } from './live-nodes.js';
import { LOCK_NAME, type StatementOf } from '../session/statement.js';

export const readGeneration: StatementOf = ({ quoted }) => ({
  name: 'read_generation',
  text: `SELECT generation FROM ${quoted}.leader_lock WHERE name = ${LOCK_NAME}`,
});

/**
 * Makes a node known, and begins a new generation if no other node is alive.
 * $2 id · $3 name · $4 version · $5 schema version · $6 roles · $7 tasks · $8 other jobs that it declares ·
 * $9 generation that was read · $10 dead-after in ms.
 *
 * Of several nodes that start at the same instant, none sees the others yet. The compare-and-set on
 * the generation lets one of them begin it, and the rest belong to it.
 */
export const register: StatementOf = ({ quoted }) => ({
  name: 'register',
  text: `
    WITH others AS MATERIALIZED (
      SELECT 1 FROM ${quoted}.nodes
      WHERE id <> $2::uuid AND ${isAlive('$10')}
      LIMIT 1),
    begun AS (
      UPDATE ${quoted}.leader_lock
      SET generation = generation + 1, generation_at = ${STAMP}
      WHERE name = ${LOCK_NAME} AND generation = $9::bigint AND NOT EXISTS (SELECT 1 FROM others))
    INSERT INTO ${quoted}.nodes
      (id, name, version, schema_version, roles, tasks, jobs, started_at, heartbeat_at)
    VALUES ($2::uuid, $3, $4, $5::int, $6::text[], $7::jsonb, $8::jsonb, ${STAMP}, ${STAMP})
    ON CONFLICT (id) DO NOTHING`,
});
