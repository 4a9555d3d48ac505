import { STAMP } from '../database-time.js';
import { lockClaims } from './lock-claims.js';
import { signOfLife } from '../nodes/sign-of-life.js';
import type { StatementOf } from '../session/statement.js';
import { tellSlots } from './waiting-slots.js';

/**
 * Writes outcomes: $2 node · $3 runs · $4 attempts · $5 states · $6 results · $7 errors ·
 * $8 whether the handler goes on · $9 channel · $10 dead-after in ms.
 *
 * Only the claim that is still in force may finish a run, so a node that was given up cannot
 * overwrite what became of it. Outcomes that this node wrote before, in a statement whose answer was
 * lost or together with the run's own writes, are answered as written: repeating is safe.
 *
 * A run that somebody's transaction holds, or a statement of ours whose answer was lost and that is still
 * on its way, is passed over and answered as `held`: the others do not wait, and it comes again.
 */
export const finish: StatementOf = (schema) => ({
  name: 'finish',
  text: `
    WITH ${signOfLife(schema, '$2', '$10')},
    outcomes AS MATERIALIZED (
      SELECT * FROM unnest($3::bigint[], $4::int[], $5::text[], $6::jsonb[], $7::jsonb[],
                           $8::boolean[])
        AS o (id, attempt, state, result, error, handler_alive)
      ORDER BY id),
    mine AS MATERIALIZED (
      SELECT o.*, l.fire_at FROM outcomes o ${lockClaims(schema, 'o', '$2')} l),
    written AS (
      UPDATE ${schema.quoted}.runs r
      SET state = m.state, finished_at = ${STAMP}, result = m.result, error = m.error,
          handler_alive = m.handler_alive
      FROM mine m
      WHERE r.id = m.id AND r.fire_at = m.fire_at
      RETURNING r.id, r.attempt, r.job_id),
    seen AS MATERIALIZED (
      SELECT r.id, r.attempt, r.job_id, r.state = o.state AS before
      FROM outcomes o JOIN ${schema.quoted}.runs r ON r.id = o.id AND r.attempt = o.attempt
      WHERE r.node_id = $2::uuid AND r.state IN (o.state, 'running')),
    recorded AS MATERIALIZED (
      SELECT id, attempt, job_id FROM written
      UNION ALL
      SELECT id, attempt, job_id FROM seen WHERE before)
    SELECT w.id, w.attempt, false AS held, p.next_fire_at,
           (${tellSlots(schema, 'recorded', '$9')}) AS told
    FROM recorded w LEFT JOIN ${schema.quoted}.job_plans p ON p.job_id = w.job_id
    UNION ALL
    SELECT s.id, s.attempt, true, NULL, NULL FROM seen s
    WHERE NOT s.before AND s.id NOT IN (SELECT id FROM written)`,
});
