import type { SchemaName } from '../schema-name.js';
import { LIVE, standing } from './standing.js';
import { fence, type StatementOf } from '../session/statement.js';

/**
 * Lets runs be claimed that wait for their turn: of each job as many as it has free instances, by
 * their fire times. $2 token · $3 channel.
 *
 * A run becomes claimable, so its job's plan is locked, as for a fire. What can go wrong:
 *
 * - The snapshot is older than the lock: a fire, or a run asked for by hand, was committed between the
 *   two and is not seen here. Both leave a mark on the plan (`next_fire_at`, `inserts`), and so does an
 *   edit or a pause (`revision`): where the locked row has other marks than the snapshot, the job is
 *   left for the next turn. A paused job keeps the runs of its fire times; those that somebody asked
 *   for run all the same, a backfill as well as a run by hand.
 * - Somebody holds the plan. The job is left for the next turn, the others do not wait.
 * - A run of the job waits for a retry. It counts for no live one, so it would be let start beside the
 *   one that is released here. It gives way, as it would have to the fire, had there been room for it.
 * - A run ends just now. It still counts; who ended it says so after its commit, and wakes us again.
 */
export const release: StatementOf = (schema) => ({
  name: 'release',
  text: `
    WITH RECURSIVE lead AS MATERIALIZED (${fence(schema, '$2')}),
    holding AS (
      SELECT * FROM (${nextHolding(schema, 'true')}) r WHERE EXISTS (SELECT 1 FROM lead)
      UNION ALL
      SELECT r.job_id FROM holding h CROSS JOIN LATERAL (${nextHolding(schema, 'r.job_id > h.job_id')}) r),
    locked AS MATERIALIZED (
      SELECT p.job_id, p.revision, p.inserts, p.next_fire_at
      FROM holding h JOIN ${schema.quoted}.job_plans p ON p.job_id = h.job_id
      ORDER BY p.job_id
      FOR NO KEY UPDATE OF p SKIP LOCKED),
    asking AS MATERIALIZED (
      SELECT l.job_id, j.paused, 1 AS many, 0 AS most_buffered, false AS displaces, false AS outruns, c.capacity,
             c.capacity AS ends_waiting_below
      FROM locked l
        JOIN ${schema.quoted}.jobs j ON j.id = l.job_id AND j.revision = l.revision
        JOIN ${schema.quoted}.job_plans seen ON seen.job_id = l.job_id
          AND seen.revision = l.revision AND seen.inserts = l.inserts
          AND seen.next_fire_at IS NOT DISTINCT FROM l.next_fire_at,
        LATERAL (SELECT CASE WHEN j.overlap <> 'allow' THEN j.max_instances END) AS c (capacity)
      WHERE NOT j.paused OR (
        SELECT true FROM ${schema.quoted}.runs b
        WHERE b.job_id = l.job_id AND b.state = 'pending' AND coalesce(b.held, '') = 'buffered'
          AND b.cause IN ('manual', 'backfill', 'retry')
        LIMIT 1)),
    ${standing(schema)},
    room AS MATERIALIZED (
      SELECT job_id, paused, CASE WHEN capacity IS NOT NULL THEN greatest(capacity - ${LIVE}, 0) END AS free
      FROM standing
      GROUP BY job_id, paused, capacity),
    next AS MATERIALIZED (
      SELECT b.id, b.fire_at
      FROM room,
        LATERAL (SELECT b.id, b.fire_at FROM ${schema.quoted}.runs b
                 WHERE b.job_id = room.job_id AND b.held = 'buffered'
                   AND (NOT room.paused OR b.cause <> 'fired')
                 ORDER BY b.fire_at, b.id
                 LIMIT room.free) b  -- null: all
      ORDER BY b.id),
    released AS (
      UPDATE ${schema.quoted}.runs r
      SET held = NULL, queued = true
      FROM next n
      WHERE r.id = n.id AND r.fire_at = n.fire_at AND coalesce(r.held, '') = 'buffered'
      RETURNING 1),
    told AS MATERIALIZED (SELECT count(*)::int AS runs FROM released)
    SELECT EXISTS (SELECT 1 FROM lead) AS led, (SELECT runs FROM told) AS released,
           (SELECT pg_notify($3, 'runs') FROM told WHERE runs > 0) AS told`,
});

/** The first job with a run that waits, found without a look at the other runs that it may have. */
const nextHolding = ({ quoted }: SchemaName, after: string) =>
  `SELECT r.job_id FROM ${quoted}.runs r
   WHERE r.held = 'buffered' AND ${after} ORDER BY r.job_id LIMIT 1`;
