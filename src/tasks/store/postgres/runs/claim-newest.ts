import type { SchemaName } from '../schema-name.js';
import { dueOf } from './claim-groups.js';

/** The newest runs of so many groups, and so many of each, are looked at for some that are on time. */
const GROUPS = 20;
const RUNS = 100;
/** So many of a job's runs are looked at for one that is older. */
const SIBLINGS = 20;

/**
 * The share of what became due last, so that what is on time starts on time while a backlog is worked
 * off from its old end: the newest runs whose job has no older one that waits.
 *
 * How many are looked at is bounded. That a run is the oldest of its job is seen from a few of the job's
 * runs: of a job that has many, one that is older is soon found.
 */
export const newest = (schema: SchemaName) => `
    newest AS MATERIALIZED (
      SELECT *
      FROM (
        SELECT g.*, r.*
        FROM (SELECT g.*
              FROM ready g
                CROSS JOIN LATERAL (${dueOf(schema, {
                  columns: 'r.run_at, r.id',
                  most: 1,
                  newestFirst: true,
                })}) r
              WHERE $8::int > 0
              ORDER BY r.run_at DESC, r.id DESC
              LIMIT ${GROUPS}) g
          CROSS JOIN LATERAL (
            SELECT r.run_at, r.id, r.fire_at
            FROM (${dueOf(schema, {
              columns: 'r.run_at, r.id, r.fire_at, r.job_id',
              most: RUNS,
              newestFirst: true,
            })}) r
            WHERE r.id <> ALL (ARRAY(SELECT id FROM aged)) AND NOT ${hasOlder(schema)}
            LIMIT least($8::int, g.most)) r
        ORDER BY r.run_at DESC, r.id DESC
        LIMIT $8::int) n
      WHERE EXISTS (SELECT 1 FROM crowd))`;

const hasOlder = ({ quoted }: SchemaName) => `EXISTS (
              SELECT 1
              FROM (SELECT o.queued, o.run_at, o.id
                    FROM ${quoted}.runs o
                    WHERE o.job_id = r.job_id
                      AND (o.state IN ('pending', 'running') OR o.handler_alive)
                    LIMIT ${SIBLINGS}) o
              WHERE o.queued AND (o.run_at, o.id) < (r.run_at, r.id))`;
