/** The hour that an instant is in; the same in every zone of a session. */
export const hourOf = (at: string) =>
  `date_bin('1 hour', ${at}, '1970-01-01T00:00:00Z'::timestamptz)`;

/** The size of a span in a histogram; the rule is in `domain/histogram.ts`. */
const sizeOf = (from: string, to: string) => {
  const ms = `(extract(epoch FROM ${to} - ${from}) * 1000)::float8`;
  return `CASE WHEN ${ms} >= 1 THEN 1 + floor(4 * ln(${ms}) / ln(2::float8) + 1e-9)::int
               WHEN ${ms} IS NOT NULL THEN 0 END`;
};

const KEY = 'job_id, hour, state';

const histogram = (size: string) =>
  `SELECT ${KEY}, jsonb_object_agg(${size}, n) AS sizes
   FROM (SELECT ${KEY}, ${size}, count(*)::int AS n FROM sized
         WHERE ${size} IS NOT NULL GROUP BY ${KEY}, ${size}) s
   GROUP BY ${KEY}`;

/**
 * Parts of a statement, the last of which, `sums`, holds what ended by job, hour and state; under the id ''
 * all jobs together.
 *
 * @param rows where the runs come from: a part with their columns
 */
export const sumsOf = (rows: string) => `
    sized AS MATERIALIZED (
      SELECT unnest(ARRAY['', job_id]) AS job_id, ${hourOf('finished_at')} AS hour, state,
             ${sizeOf('run_at', 'started_at')} AS lag,
             ${sizeOf('started_at', 'finished_at')} AS duration
      FROM ${rows}),
    sums AS MATERIALIZED (
      SELECT k.*, coalesce(l.sizes, '{}') AS lags, coalesce(d.sizes, '{}') AS durations
      FROM (SELECT ${KEY}, count(*)::int AS runs FROM sized GROUP BY ${KEY}) k
        LEFT JOIN (${histogram('lag')}) l USING (${KEY})
        LEFT JOIN (${histogram('duration')}) d USING (${KEY}))`;

/** Two histograms as one. */
export const mergedSizes = (one: string, other: string) =>
  `(SELECT coalesce(jsonb_object_agg(size, n), '{}') FROM (
      SELECT size, sum(count::int)::int AS n
      FROM (SELECT * FROM jsonb_each_text(${one})
            UNION ALL SELECT * FROM jsonb_each_text(${other})) e (size, count)
      GROUP BY size) m)`;
