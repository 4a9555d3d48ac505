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

const histogram = (of: 'lag' | 'duration') =>
  `coalesce(jsonb_object_agg(size, n) FILTER (WHERE of = '${of}' AND size IS NOT NULL), '{}')`;

/**
 * Parts of a statement, the last of which, `sums`, holds what ended by job, hour and state; under the id ''
 * all jobs together. Nothing is joined: our sessions only know nested loops, which a thousand runs of a
 * thousand jobs would make a million times.
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
      SELECT ${KEY}, (sum(n) FILTER (WHERE of = 'lag'))::int AS runs,
             ${histogram('lag')} AS lags, ${histogram('duration')} AS durations
      FROM (SELECT ${KEY}, of, size, count(*)::int AS n
            FROM sized, LATERAL (VALUES ('lag', lag), ('duration', duration)) s (of, size)
            GROUP BY ${KEY}, of, size) s
      GROUP BY ${KEY})`;

/** Two histograms as one. */
export const mergedSizes = (one: string, other: string) =>
  `(SELECT coalesce(jsonb_object_agg(size, n), '{}') FROM (
      SELECT size, sum(count::int)::int AS n
      FROM (SELECT * FROM jsonb_each_text(${one})
            UNION ALL SELECT * FROM jsonb_each_text(${other})) e (size, count)
      GROUP BY size) m)`;
