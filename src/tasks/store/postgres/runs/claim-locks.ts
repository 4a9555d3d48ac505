import { STATEMENT_CLOCK } from '../database-time.js';
import { MAX_CLAIMED } from '../../run-queue.js';
import type { SchemaName } from '../schema-name.js';
import { dueOf } from './claim-groups.js';

/**
 * Locks as many runs as were `chosen`, and makes them `due`.
 *
 * The newest are locked one by one. All others are, in each group, its oldest: it is enough to know how
 * many, and what somebody else has locked is passed over for the next. Where a group has not enough of
 * them that are free (somebody cancels all its runs and has not committed), the others make up for it.
 *
 * What was chosen may have been claimed, failed, and been put off to a retry since: the lock is had of the
 * row as it is now, so each condition stands here again, its time as well.
 *
 * Rows are asked for one at a time, and no more than are taken: what is not asked for is not locked,
 * and not hidden from nodes that ask at the same instant.
 *
 * The newest are known by their key. The CASE hides that they are queued: a planner that takes the queue for
 * short, as it was when the statement was planned, would look for each in all of it.
 */
export const locks = (schema: SchemaName) => `
    back AS MATERIALIZED (
      SELECT r.*
      FROM (SELECT id, fire_at FROM chosen WHERE share = 'newest') c
        CROSS JOIN LATERAL (
          SELECT ${LOCKED} FROM ${schema.quoted}.runs r
          WHERE r.id = c.id AND r.fire_at = c.fire_at
            AND CASE WHEN r.queued THEN r.run_at <= ${STATEMENT_CLOCK} END
          OFFSET 0
          FOR NO KEY UPDATE SKIP LOCKED) r),
    others AS MATERIALIZED (
      SELECT r.*
      FROM (SELECT task, priority, first_at, first_id, count(*) AS runs
            FROM chosen WHERE share <> 'newest'
            GROUP BY task, priority, first_at, first_id) g
        CROSS JOIN LATERAL (
          SELECT * FROM (${lockedOf(schema, 'back')}) r LIMIT g.runs) r),
    taken AS MATERIALIZED (SELECT * FROM back UNION ALL SELECT * FROM others),
    instead AS MATERIALIZED (
      SELECT *
      FROM (
        SELECT r.*
        FROM (SELECT * FROM ready
              WHERE most >= $6::int ORDER BY priority, first_at, first_id) g
          CROSS JOIN LATERAL (${lockedOf(schema, 'taken')}) r
        LIMIT $6::int - (SELECT count(*) FROM taken)) i
      WHERE EXISTS (SELECT 1 FROM crowd)),
    due AS MATERIALIZED (SELECT * FROM taken UNION ALL SELECT * FROM instead)`;

const LOCKED = `r.id, r.fire_at, r.job_id, r.cause, r.attempt`;

const lockedOf = (schema: SchemaName, but: string) =>
  dueOf(schema, {
    columns: LOCKED,
    most: MAX_CLAIMED,
    also: `r.id <> ALL (ARRAY(SELECT id FROM ${but}))`,
    lock: 'FOR NO KEY UPDATE SKIP LOCKED',
  });
