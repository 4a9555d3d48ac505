import type { StatementOf } from '../session/statement.js';
import { goesOn } from './short-lists.js';
import { tellSlots } from './waiting-slots.js';

/**
 * Handlers that went on although their time was over have ended: their instances are free.
 * $1 node · $2 runs · $3 attempts · $4 channel. The answer has those that somebody's transaction holds: they
 * come again.
 */
export const returned: StatementOf = (schema) => ({
  name: 'returned',
  text: `
    WITH claims AS MATERIALIZED (
      SELECT * FROM unnest($2::bigint[], $3::int[]) AS c (id, attempt) ORDER BY id),
    locked AS MATERIALIZED (
      SELECT l.* FROM claims c CROSS JOIN LATERAL (
        SELECT r.id, r.fire_at FROM ${schema.quoted}.runs r
        WHERE r.id = c.id AND r.attempt = c.attempt AND ${goesOn('$1::uuid')}
        OFFSET 0
        FOR NO KEY UPDATE SKIP LOCKED) l),
    freed AS (
      UPDATE ${schema.quoted}.runs r
      SET handler_alive = false
      FROM locked l
      WHERE r.id = l.id AND r.fire_at = l.fire_at
      RETURNING r.id, r.job_id)
    SELECT (SELECT coalesce(json_agg(json_build_object('runId', r.id::text, 'attempt', r.attempt)), '[]')
            FROM claims c JOIN ${schema.quoted}.runs r ON r.id = c.id AND r.attempt = c.attempt
            WHERE ${goesOn('$1::uuid')} AND r.id NOT IN (SELECT id FROM freed)) AS held,
           (${tellSlots(schema, 'freed', '$4')}) AS told`,
});
