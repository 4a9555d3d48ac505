import type { StatementOf } from './statement.js';
import { tellSlots } from './waiting-slots.js';

/**
 * Handlers that went on although their time was over have ended: their instances are free.
 * $1 node · $2 runs · $3 attempts · $4 channel.
 */
export const returned: StatementOf = (schema) => ({
  name: 'returned',
  text: `
    WITH claims AS MATERIALIZED (
      SELECT * FROM unnest($2::bigint[], $3::int[]) AS c (id, attempt) ORDER BY id),
    freed AS (
      UPDATE ${schema.quoted}.runs r
      SET handler_alive = false
      FROM claims c
      WHERE r.id = c.id AND r.attempt = c.attempt AND r.node_id = $1::uuid AND r.handler_alive
      RETURNING r.job_id)
    SELECT (SELECT count(*)::int FROM freed) AS freed,
           (${tellSlots(schema, 'freed', '$4')}) AS told`,
});
