import { STATEMENT_CLOCK } from '../database-time.js';
import type { StatementOf } from '../session/statement.js';

/** At most so many at once, so that no statement is long. */
const BATCH = 500;

/** And so many of their lines: a run may have far more of them than a statement should delete. */
const LINES = 5_000;

/**
 * Deletes some of the runs that ended more than $2 days ago, with their attempts, lines and progress, from $3 on.
 * A job's plan has moved past the fire times that go, so they cannot fire again.
 *
 * What can go wrong, and why it does not:
 *
 * - Millions of them wait to go. A slice costs the same however many there are: the instants stand still
 *   in the statement, so the index of ends leads to the oldest; and what was deleted just now, which
 *   the index still has, is stepped over by going on from where the last slice ended.
 * - Somebody's transaction holds one of them. It is passed over, and found again by the next pass.
 * - A run has more lines than go at once. They go first, and the run itself goes when none are left that
 *   this statement has not reached.
 */
export const pruneRuns: StatementOf = ({ quoted }) => ({
  name: 'prune_runs',
  text: `
    WITH old AS MATERIALIZED (
      SELECT id, fire_at, finished_at FROM ${quoted}.runs
      WHERE finished_at < ${STATEMENT_CLOCK} - $2::int * interval '1 day'
        AND finished_at >= coalesce($3::timestamptz, '-infinity')
      ORDER BY finished_at
      LIMIT ${BATCH}
      FOR UPDATE SKIP LOCKED),
    lines AS MATERIALIZED (
      SELECT l.id FROM old o CROSS JOIN LATERAL (
        SELECT id FROM ${quoted}.run_logs WHERE run_id = o.id OFFSET 0) l
      LIMIT ${LINES}),
    unlogged AS (
      DELETE FROM ${quoted}.run_logs l USING lines WHERE l.id = lines.id RETURNING 1),
    gone AS MATERIALIZED (
      SELECT id, fire_at FROM old o
      WHERE (SELECT count(*) FROM lines) < ${LINES}
         OR (SELECT 1 FROM ${quoted}.run_logs l WHERE l.run_id = o.id LIMIT 1) IS NULL),
    unattempted AS (
      DELETE FROM ${quoted}.run_attempts a USING gone WHERE a.run_id = gone.id),
    unprogressed AS (
      DELETE FROM ${quoted}.run_progress p USING gone WHERE p.run_id = gone.id),
    pruned AS (
      DELETE FROM ${quoted}.runs r USING gone
      WHERE r.id = gone.id AND r.fire_at = gone.fire_at
      RETURNING 1)
    SELECT (SELECT count(*)::int FROM pruned) AS rows,
           (SELECT count(*) FROM old) = ${BATCH} OR (SELECT count(*) FROM unlogged) = ${LINES} AS more,
           (SELECT CASE WHEN count(*) = (SELECT count(*) FROM pruned) THEN max(finished_at)
                        ELSE min(finished_at) END FROM old) AS up_to`,
});
