import { CLOCK } from '../database-time.js';
import { fence, type StatementOf } from '../session/statement.js';
import { sumsOf } from './sums-of.js';

/** An hour with more runs is counted again slice by slice: until then its sums are too small. */
export const MOST_AT_ONCE = 10_000;

/** The ledger, as far as the hour $2 is counted. */
const counted = (quoted: string) =>
  `${quoted}.runs
      WHERE finished_at >= $2::timestamptz
        AND (finished_at, id) <= ((SELECT up_to FROM mark), (SELECT up_to_id FROM mark))`;

const mark = (quoted: string) =>
  `mark AS MATERIALIZED (
      SELECT up_to, up_to_id FROM ${quoted}.counted_hours WHERE hour = $2::timestamptz)`;

/**
 * How many runs the sums of an hour tell of, and how many the ledger has: $2 the hour · $3 retention in days,
 * after which the ledger has fewer.
 */
export const checkHour: StatementOf = ({ quoted }) => ({
  name: 'check_hour',
  text: `
    WITH ${mark(quoted)}
    SELECT (SELECT coalesce(sum(runs), 0)::int FROM ${quoted}.run_hours
            WHERE job_id = '' AND hour = $2::timestamptz) AS summed,
           (SELECT count(*)::int FROM ${counted(quoted)}) AS ended,
           $2::timestamptz < ${CLOCK} - $3::int * interval '1 day' + interval '2 hours' AS old`,
});

/** Makes the sums of an hour anew, as far as it is counted; $1 token · $2 the hour. */
export const recountHour: StatementOf = (schema) => ({
  name: 'recount_hour',
  text: `
    WITH led AS MATERIALIZED (${fence(schema, '$1')}),
    ${mark(schema.quoted)},
    ended AS MATERIALIZED (
      SELECT job_id, state, run_at, started_at, finished_at FROM ${counted(schema.quoted)}
        AND EXISTS (SELECT FROM led)
      LIMIT ${MOST_AT_ONCE}),
    ${sumsOf('ended')},
    summed AS (
      INSERT INTO ${schema.quoted}.run_hours (job_id, hour, state, runs, lags, durations)
      SELECT job_id, hour, state, runs, lags, durations FROM sums
      ON CONFLICT (job_id, hour, state) DO UPDATE
      SET runs = EXCLUDED.runs, lags = EXCLUDED.lags, durations = EXCLUDED.durations)
    DELETE FROM ${schema.quoted}.run_hours h
    WHERE h.hour = $2::timestamptz AND EXISTS (SELECT FROM led)
      AND NOT EXISTS (SELECT FROM sums s WHERE s.job_id = h.job_id AND s.state = h.state)`,
});

/** Forgets the sums of an hour, so that it is counted again from its beginning; $1 token · $2 the hour. */
export const forgetHour: StatementOf = (schema) => ({
  name: 'forget_hour',
  text: `
    WITH led AS MATERIALIZED (${fence(schema, '$1')}),
    unmarked AS (
      DELETE FROM ${schema.quoted}.counted_hours
      WHERE hour = $2::timestamptz AND EXISTS (SELECT FROM led))
    DELETE FROM ${schema.quoted}.run_hours
    WHERE hour = $2::timestamptz AND EXISTS (SELECT FROM led)`,
});
