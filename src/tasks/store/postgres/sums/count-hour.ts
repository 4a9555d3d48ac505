import { CLOCK } from '../database-time.js';
import { fence, type StatementOf } from '../session/statement.js';
import { hourOf, mergedSizes, sumsOf } from './sums-of.js';

/** At most so many runs are counted at once, so that no statement is long. */
const BATCH = 1_000;

/**
 * What ended so lately is left for the next time: it may be committed a little later than it is stamped,
 * and what is counted is gone through only once.
 */
const SETTLED = `interval '2 seconds'`;

/**
 * Counts some of what ended in an hour: $2 token · $3 the hour; null: the one that comes next after what is
 * counted, which is the current one or has just ended.
 *
 * What can go wrong, and why it does not:
 *
 * - Two leaders count the same. Only the token in force counts, and the lock that the fence takes is held to
 *   the end of the statement: the next leader's token is not there before. So nobody else moves the mark.
 * - The node dies. Sums and mark are written together, so what is not written is counted again.
 * - An outcome is committed after its instant was passed. It is missed here; `recountHour` finds it.
 */
export const countHour: StatementOf = (schema) => ({
  name: 'count_hour',
  text: `
    WITH led AS MATERIALIZED (${fence(schema, '$2')}),
    latest AS MATERIALIZED (
      SELECT up_to, up_to_id FROM ${schema.quoted}.counted_hours ORDER BY hour DESC LIMIT 1),
    next AS MATERIALIZED (
      SELECT ${hourOf('finished_at')} AS hour FROM ${schema.quoted}.runs
      WHERE finished_at IS NOT NULL AND $3::timestamptz IS NULL
        AND (finished_at, id) > ((SELECT up_to FROM latest), (SELECT up_to_id FROM latest))
      ORDER BY finished_at, id LIMIT 1),
    asked AS MATERIALIZED (
      SELECT coalesce($3::timestamptz, (SELECT hour FROM next), ${hourOf(CLOCK)}) AS hour FROM led),
    mark AS MATERIALIZED (
      SELECT a.hour, coalesce(c.up_to, a.hour) AS up_to, coalesce(c.up_to_id, -1) AS up_to_id,
             least(a.hour + interval '1 hour', ${CLOCK} - ${SETTLED}) AS before
      FROM asked a LEFT JOIN ${schema.quoted}.counted_hours c ON c.hour = a.hour),
    slice AS MATERIALIZED (
      SELECT id, job_id, state, run_at, started_at, finished_at FROM ${schema.quoted}.runs
      WHERE finished_at IS NOT NULL
        AND (finished_at, id) > ((SELECT up_to FROM mark), (SELECT up_to_id FROM mark))
        AND finished_at < (SELECT before FROM mark)
      ORDER BY finished_at, id LIMIT ${BATCH}),
    ${sumsOf('slice')},
    summed AS (
      INSERT INTO ${schema.quoted}.run_hours AS h (job_id, hour, state, runs, lags, durations)
      SELECT job_id, hour, state, runs, lags, durations FROM sums
      ON CONFLICT (job_id, hour, state) DO UPDATE
      SET runs = h.runs + EXCLUDED.runs,
          lags = ${mergedSizes('h.lags', 'EXCLUDED.lags')},
          durations = ${mergedSizes('h.durations', 'EXCLUDED.durations')}),
    marked AS (
      INSERT INTO ${schema.quoted}.counted_hours (hour, up_to, up_to_id)
      SELECT a.hour, s.finished_at, s.id
      FROM asked a, (SELECT finished_at, id FROM slice ORDER BY finished_at DESC, id DESC LIMIT 1) s
      ON CONFLICT (hour) DO UPDATE SET up_to = EXCLUDED.up_to, up_to_id = EXCLUDED.up_to_id)
    SELECT a.hour, (SELECT count(*) FROM slice) = ${BATCH} AS more,
           (SELECT array_agg(DISTINCT job_id) FROM slice) AS jobs,
           (SELECT ${hourOf('max(finished_at)')} FROM ${schema.quoted}.runs
            WHERE finished_at < (SELECT hour FROM asked)) AS before
    FROM asked a`,
});
