import { CLOCK } from '../../database-time.js';
import { fence, type StatementOf } from './statement.js';

/** At most so many at once, so that no statement is long. */
const BATCH = 1_000;

/**
 * Deletes some of the finished runs, and of the nodes long gone, that are older than $3 days.
 * $2 token. A job's plan has moved past the fire times that go, so they cannot fire again.
 */
export const prune: StatementOf = (schema) => ({
  name: 'prune',
  text: `
    WITH lead AS MATERIALIZED (${fence(schema, '$2')}),
    old AS MATERIALIZED (
      SELECT id, fire_at FROM ${schema.quoted}.runs
      WHERE EXISTS (SELECT 1 FROM lead) AND finished_at < ${CLOCK} - $3::int * interval '1 day'
      ORDER BY finished_at
      LIMIT ${BATCH}),
    gone AS (
      DELETE FROM ${schema.quoted}.nodes
      WHERE EXISTS (SELECT 1 FROM lead) AND heartbeat_at < ${CLOCK} - $3::int * interval '1 day'),
    pruned AS (
      DELETE FROM ${schema.quoted}.runs r USING old
      WHERE r.id = old.id AND r.fire_at = old.fire_at
      RETURNING 1)
    SELECT (SELECT count(*)::int FROM pruned) AS pruned`,
});
