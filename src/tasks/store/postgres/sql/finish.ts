import { STAMP } from '../../database-time.js';
import { isClaimOf, type StatementOf } from './statement.js';
import { tellSlots } from './waiting-slots.js';

/**
 * Writes outcomes: $2 node · $3 runs · $4 attempts · $5 states · $6 results · $7 errors ·
 * $8 whether the handler goes on · $9 channel.
 *
 * Only the claim that is still in force may finish a run, so a node that was given up cannot
 * overwrite what became of it. Outcomes that this node wrote before, in a statement whose answer was
 * lost or together with the run's own writes, are answered as written: repeating is safe.
 */
export const finish: StatementOf = (schema) => ({
  name: 'finish',
  text: `
    WITH outcomes AS MATERIALIZED (
      SELECT * FROM unnest($3::bigint[], $4::int[], $5::text[], $6::jsonb[], $7::jsonb[],
                           $8::boolean[])
        AS o (id, attempt, state, result, error, handler_alive)
      ORDER BY id),
    written AS (
      UPDATE ${schema.quoted}.runs r
      SET state = o.state, finished_at = ${STAMP}, result = o.result, error = o.error,
          handler_alive = o.handler_alive
      FROM outcomes o
      WHERE r.id = o.id AND r.attempt = o.attempt AND ${isClaimOf('r', '$2')}
      RETURNING r.id, r.attempt, r.job_id),
    recorded AS MATERIALIZED (
      SELECT id, attempt, job_id FROM written
      UNION ALL
      SELECT r.id, r.attempt, r.job_id
      FROM outcomes o JOIN ${schema.quoted}.runs r ON r.id = o.id AND r.attempt = o.attempt
      WHERE r.node_id = $2::uuid AND r.state = o.state)
    SELECT w.id, w.attempt, p.next_fire_at, (${tellSlots(schema, 'recorded', '$9')}) AS told
    FROM recorded w LEFT JOIN ${schema.quoted}.job_plans p ON p.job_id = w.job_id`,
});
