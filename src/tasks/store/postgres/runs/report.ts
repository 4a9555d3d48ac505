import { isClaimOf, type StatementOf } from '../session/statement.js';

/**
 * Keeps what handlers say of their runs. $1 node · $2 … $6 lines: run, attempt, at, level, message ·
 * $7 … $9 progress: run, attempt, progress.
 *
 * A line counts also when its attempt has just ended, for it was written before; one of a claim that
 * this node never had or has lost does not. Progress is of what runs now. It has a table of its own: the
 * row of a run belongs to those who decide what becomes of it, one of which may be a transaction of the
 * host that sees no change from its beginning on.
 *
 * Whose line it is, is asked within LATERAL: of `EXISTS … OR EXISTS` the planner may make a table of all
 * runs, to look there.
 */
export const report: StatementOf = ({ quoted }) => ({
  name: 'report',
  text: `
    WITH lines AS MATERIALIZED (
      SELECT * FROM unnest($2::bigint[], $3::int[], $4::timestamptz[], $5::text[], $6::text[])
        WITH ORDINALITY AS l (id, attempt, at, level, message, nth)),
    mine AS MATERIALIZED (
      SELECT c.id, c.attempt
      FROM (SELECT DISTINCT id, attempt FROM lines) c
        CROSS JOIN LATERAL (
          SELECT 1 FROM ${quoted}.runs r
          WHERE r.id = c.id AND r.attempt = c.attempt AND r.node_id = $1::uuid
          UNION ALL
          SELECT 1 FROM ${quoted}.run_attempts a
          WHERE a.run_id = c.id AND a.attempt = c.attempt AND a.node_id = $1::uuid
          LIMIT 1) had),
    kept AS (
      INSERT INTO ${quoted}.run_logs (run_id, attempt, at, level, message)
      SELECT l.id, l.attempt, l.at, l.level, l.message
      FROM lines l JOIN mine m ON m.id = l.id AND m.attempt = l.attempt
      ORDER BY l.nth),
    progress AS MATERIALIZED (
      SELECT * FROM unnest($7::bigint[], $8::int[], $9::jsonb[]) AS p (id, attempt, progress)
      ORDER BY id)
    INSERT INTO ${quoted}.run_progress AS told (run_id, attempt, progress)
    SELECT p.id, p.attempt, p.progress FROM progress p
    WHERE (SELECT true FROM ${quoted}.runs r
           WHERE r.id = p.id AND r.attempt = p.attempt AND ${isClaimOf('r', '$1')} LIMIT 1)
    ON CONFLICT (run_id) DO UPDATE
      SET attempt = excluded.attempt, progress = excluded.progress
      WHERE told.attempt <= excluded.attempt`,
});
