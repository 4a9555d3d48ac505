import type { SchemaName } from '../schema-name.js';
import type { SqlRunner } from '../../sql-runner.js';

/** Runs are numbered in the order in which they are made, give or take so many. */
const NUMBERED_LATE = 1_000;

/**
 * An id that no run of a fire time since `from` is below: no run is made before its fire time. As ids grow
 * with the instant at which runs are made, it is found by halving, in some twenty steps of an index.
 */
export async function firstSince(
  sql: SqlRunner,
  { quoted }: SchemaName,
  from: Date,
): Promise<string> {
  const [row] = await sql.query<{ first: string }[]>(
    `WITH RECURSIVE search (low, high) AS (
       SELECT coalesce(min(id), 0), coalesce(max(id), 0) + 1 FROM ${quoted}.runs
       UNION ALL
       SELECT CASE WHEN m.early THEN m.middle + 1 ELSE s.low END,
              CASE WHEN m.early THEN s.high ELSE m.middle END
       FROM search s CROSS JOIN LATERAL (
         SELECT (s.low + s.high) / 2 AS middle,
                (SELECT r.created_at < $1 FROM ${quoted}.runs r
                 WHERE r.id >= (s.low + s.high) / 2 ORDER BY r.id LIMIT 1) AS early) m
       WHERE s.low < s.high)
     SELECT greatest(max(low) - ${NUMBERED_LATE}, 0)::text AS first FROM search`,
    [from],
  );
  return row!.first;
}
