import type { SchemaName } from '../../schema-name.js';
import { answer, lockQueued, mayClaim, nextQueued, takeDue } from './claim-parts.js';
import { signOfLife } from './sign-of-life.js';
import type { Statement } from './statement.js';

/**
 * Claims like `claim`, no more of a group of tasks than it may have: a task at its limit must not hide
 * the others behind it. $5 groups: tasks, most · $6 channel.
 *
 * Each group is asked for as many as it may have, and the most urgent of all are taken. What was
 * locked beyond that was hidden from nodes that asked at the same instant: they are woken.
 */
export const claimLimited = (schema: SchemaName, slots: number): Statement => ({
  name: `claim_limited_${slots}`,
  text: `
    WITH ${signOfLife(schema, '$2', '$3')},
    ${mayClaim(schema)},
    groups AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset($5::jsonb) AS g (tasks text[], most int)),
    aged AS MATERIALIZED (
      SELECT g.tasks, a.*
      FROM groups g CROSS JOIN LATERAL (
        SELECT * FROM (${lockQueued(schema, 'aged', 'g.tasks', slots)}) q LIMIT g.most) a),
    fresh AS MATERIALIZED (
      SELECT f.*
      FROM groups g CROSS JOIN LATERAL (
        SELECT * FROM (${lockQueued(schema, 'fresh', 'g.tasks', slots)}) q
        LIMIT g.most - (SELECT count(*) FROM aged a WHERE a.tasks = g.tasks)) f),
    locked AS (
      SELECT id, fire_at, job_id, cause, attempt, priority, run_at, true AS aged FROM aged
      UNION ALL
      SELECT id, fire_at, job_id, cause, attempt, priority, run_at, false FROM fresh),
    due AS MATERIALIZED (
      SELECT * FROM locked
      ORDER BY aged DESC, CASE WHEN aged THEN 0 ELSE priority END, run_at, id
      LIMIT ${slots}),
    spare AS MATERIALIZED (SELECT count(*) AS runs FROM locked HAVING count(*) > ${slots}),
    ${takeDue(schema)},
    ${nextQueued(schema)}
    ${answer(`, (SELECT pg_notify($6, 'runs') FROM spare) AS told`)}`,
});
