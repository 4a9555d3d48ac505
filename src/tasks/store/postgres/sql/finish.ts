import { STAMP } from '../../database-time.js';
import type { StatementOf } from './statement.js';

/**
 * Writes outcomes: $2 node · $3 runs · $4 attempts · $5 states · $6 results · $7 errors.
 *
 * Only the claim that is still in force may finish a run, so a node that was given up cannot
 * overwrite what became of it. Outcomes that this node wrote before, in a statement whose answer was
 * lost, are answered as written: repeating is safe.
 */
export const finish: StatementOf = ({ quoted }) => ({
  name: 'finish',
  text: `
    WITH outcomes AS MATERIALIZED (
      SELECT * FROM unnest($3::bigint[], $4::int[], $5::text[], $6::jsonb[], $7::jsonb[])
        AS o (id, attempt, state, result, error)
      ORDER BY id),
    written AS (
      UPDATE ${quoted}.runs r
      SET state = o.state, finished_at = ${STAMP}, result = o.result, error = o.error
      FROM outcomes o
      WHERE r.id = o.id AND r.attempt = o.attempt AND r.node_id = $2::uuid AND r.state = 'running'
      RETURNING r.id, r.attempt, r.job_id),
    recorded AS (
      SELECT id, attempt, job_id FROM written
      UNION ALL
      SELECT r.id, r.attempt, r.job_id
      FROM outcomes o JOIN ${quoted}.runs r ON r.id = o.id AND r.attempt = o.attempt
      WHERE r.node_id = $2::uuid AND r.state = o.state)
    SELECT w.id, w.attempt, p.next_fire_at
    FROM recorded w LEFT JOIN ${quoted}.job_plans p ON p.job_id = w.job_id`,
});
