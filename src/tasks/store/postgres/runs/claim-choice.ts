import { AGED_AFTER_MS } from '../../../domain/pick-runs.js';
import { STATEMENT_CLOCK } from '../database-time.js';
import { MAX_CLAIMED } from '../../run-queue.js';
import type { SchemaName } from '../schema-name.js';
import { dueOf } from './claim-groups.js';
import { newest } from './claim-newest.js';

/**
 * Chooses among what is `ready`, as `domain/pick-runs.ts` does, and locks nothing: `chosen` has up to
 * $6 runs. Where there are more that may start, it is a `crowd`, and only then do the smaller shares
 * play a part. $7 share of the aged · $8 share of the newest.
 *
 * Each share is made of the best of each group, and of no more groups than it may need. Where tasks have
 * a limit, their surplus is dropped in the end, and other runs are taken instead (`claim-locks.ts`).
 */
export const choice = (schema: SchemaName) => `
    front AS MATERIALIZED (
      SELECT g.*, r.*
      FROM (SELECT * FROM ready ORDER BY priority, first_at, first_id LIMIT $6::int + 1) g
        CROSS JOIN LATERAL (
          SELECT * FROM (${dueOf(schema, { columns: FOUND, most: MAX_CLAIMED + 1 })}) r
          LIMIT g.most + 1) r),
    crowd AS MATERIALIZED (
      SELECT 1
      WHERE (SELECT count(*) FROM front) > $6::int
         OR EXISTS (SELECT 1 FROM front WHERE most < $6::int
                    GROUP BY task, most HAVING count(*) > most)),
    aged AS MATERIALIZED (
      SELECT *
      FROM (
        SELECT g.*, r.*
        FROM (SELECT * FROM ready
              WHERE first_at <= ${AGED_BEFORE} ORDER BY first_at, first_id LIMIT $7::int) g
          CROSS JOIN LATERAL (
            SELECT * FROM (${dueOf(schema, {
              columns: FOUND,
              most: MAX_CLAIMED,
              also: `r.run_at <= ${AGED_BEFORE}`,
            })}) r
            LIMIT least($7::int, g.most)) r
        ORDER BY r.run_at, r.id
        LIMIT $7::int) a
      WHERE EXISTS (SELECT 1 FROM crowd)),
    ${newest(schema)},
    shared AS MATERIALIZED (
      SELECT *, 'aged' AS share FROM aged UNION ALL SELECT *, 'newest' FROM newest),
    urgent AS MATERIALIZED (
      SELECT *
      FROM (SELECT *, 'urgent' AS share FROM front
            WHERE id <> ALL (ARRAY(SELECT id FROM shared))
            ORDER BY priority, run_at, id
            LIMIT $6::int - (SELECT count(*) FROM shared)) u
      WHERE EXISTS (SELECT 1 FROM crowd)),
    crowded AS MATERIALIZED (SELECT * FROM shared UNION ALL SELECT * FROM urgent),
    chosen AS MATERIALIZED (
      SELECT *, 'urgent' AS share FROM front WHERE NOT EXISTS (SELECT 1 FROM crowd)
      UNION ALL
      SELECT * FROM crowded WHERE most >= $6::int
      UNION ALL
      SELECT ${CHOSEN}
      FROM (SELECT *, row_number() OVER (PARTITION BY task ORDER BY share, priority, run_at, id) AS nth
            FROM crowded WHERE most < $6::int) c
      WHERE nth <= most AND EXISTS (SELECT 1 FROM crowd))`;

const FOUND = 'r.run_at, r.id, r.fire_at';
const CHOSEN = 'task, priority, first_at, first_id, most, run_at, id, fire_at, share';

/** The instant before which a run must have been due to have a share for its age. */
const AGED_BEFORE = `${STATEMENT_CLOCK} - interval '${AGED_AFTER_MS} milliseconds'`;
