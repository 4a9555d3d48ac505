import { CLOCK } from '../../database-time.js';
import { fence, type StatementOf } from './statement.js';

/** At most so many at once, so that no statement is long. */
const BATCH = 1_000;

/**
 * Deletes some of the finished runs with their attempts and lines, and of the nodes long gone, the
 * audit and the keys of requests, that are older than $3 days. $2 token. A job's plan has moved past
 * the fire times that go, so they cannot fire again.
 *
 * A run may have far more lines than a statement should delete. Its lines go first, and the run itself
 * goes when none are left that this statement has not reached.
 */
export const prune: StatementOf = (schema) => {
  const { quoted } = schema;
  const before = `${CLOCK} - $3::int * interval '1 day'`;
  return {
    name: 'prune',
    text: `
    WITH lead AS MATERIALIZED (${fence(schema, '$2')}),
    old AS MATERIALIZED (
      SELECT id, fire_at FROM ${quoted}.runs
      WHERE EXISTS (SELECT 1 FROM lead) AND finished_at < ${before}
      ORDER BY finished_at
      LIMIT ${BATCH}),
    lines AS MATERIALIZED (
      SELECT l.id FROM old o JOIN ${quoted}.run_logs l ON l.run_id = o.id LIMIT ${10 * BATCH}),
    unlogged AS (
      DELETE FROM ${quoted}.run_logs l USING lines WHERE l.id = lines.id RETURNING l.id),
    gone AS MATERIALIZED (
      SELECT id, fire_at FROM old o
      WHERE (SELECT count(*) FROM lines) < ${10 * BATCH}
         OR NOT EXISTS (SELECT 1 FROM ${quoted}.run_logs l WHERE l.run_id = o.id)),
    unattempted AS (
      DELETE FROM ${quoted}.run_attempts a USING gone WHERE a.run_id = gone.id),
    pruned AS (
      DELETE FROM ${quoted}.runs r USING gone
      WHERE r.id = gone.id AND r.fire_at = gone.fire_at
      RETURNING 1),
    silent AS (
      DELETE FROM ${quoted}.nodes
      WHERE EXISTS (SELECT 1 FROM lead) AND heartbeat_at < ${before}),
    audited AS MATERIALIZED (
      SELECT id FROM ${quoted}.audit
      WHERE EXISTS (SELECT 1 FROM lead) AND at < ${before}
      ORDER BY at
      LIMIT ${BATCH}),
    unaudited AS (
      DELETE FROM ${quoted}.audit a USING audited WHERE a.id = audited.id RETURNING 1),
    answered AS MATERIALIZED (
      SELECT scope, key FROM ${quoted}.idempotency_keys
      WHERE EXISTS (SELECT 1 FROM lead) AND created_at < ${before}
      ORDER BY created_at
      LIMIT ${BATCH}),
    unanswered AS (
      DELETE FROM ${quoted}.idempotency_keys k USING answered
      WHERE k.scope = answered.scope AND k.key = answered.key
      RETURNING 1)
    SELECT (SELECT count(*)::int FROM pruned) AS runs,
           (SELECT count(*) FROM unlogged) = ${10 * BATCH}
             OR (SELECT count(*) FROM unaudited) = ${BATCH}
             OR (SELECT count(*) FROM unanswered) = ${BATCH} AS more`,
  };
};
