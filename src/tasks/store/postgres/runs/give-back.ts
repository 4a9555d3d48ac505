import { STAMP } from '../database-time.js';
import { cancelled, cancelledError } from './cancelled.js';
import { lockClaims } from './lock-claims.js';
import { lockPlans } from './lock-plans.js';
import { isClaimOf, type StatementOf } from '../session/statement.js';
import { tellSlots } from './waiting-slots.js';

/** Whether a run `r` still is the claim that was meant. */
const isThat = (claim: string) => `r.started_at = coalesce(${claim}.started_at, r.started_at)`;

/**
 * Makes claims pending again that were never started. $2 node · $3 runs · $4 attempts · $5 channel · $6 when
 * each was claimed, or null.
 *
 * A run becomes pending, so its job's plan is locked, as for a fire. The snapshot may be older than
 * that lock: a job that was paused or edited meanwhile has another revision in its plan than in its
 * row as we see it. Then nothing is done, and the claim is given back at the next try; so is one whose
 * plan or run somebody's transaction holds. A run whose job is gone, or whose end somebody has asked
 * for, is cancelled instead.
 *
 * It may arrive late, after the node has given the run back once more and claimed it anew, under the same attempt.
 * That claim was made at another time, and stays.
 */
export const giveBack: StatementOf = (schema) => ({
  name: 'give_back',
  text: `
    WITH given AS MATERIALIZED (
      SELECT r.id, r.fire_at, r.attempt, r.job_id, g.started_at
      FROM unnest($3::bigint[], $4::int[], $6::timestamptz[]) AS g (id, attempt, started_at)
        JOIN ${schema.quoted}.runs r ON r.id = g.id AND r.attempt = g.attempt
      WHERE ${isClaimOf('r', '$2')} AND ${isThat('g')}),
    plans AS MATERIALIZED (${lockPlans(schema, 'given')}),
    free AS MATERIALIZED (
      SELECT g.id, g.fire_at, g.attempt, g.started_at, j.id IS NULL AS removed,
             coalesce(j.paused, false) AND r.cause = 'fired' AS holds
      FROM given g
        JOIN ${schema.quoted}.runs r ON r.id = g.id AND r.fire_at = g.fire_at
        LEFT JOIN ${schema.quoted}.jobs j ON j.id = g.job_id
        LEFT JOIN plans p ON p.job_id = g.job_id
      WHERE j.revision IS NOT DISTINCT FROM p.revision),
    judged AS MATERIALIZED (SELECT f.* FROM free f ${lockClaims(schema, 'f', '$2')} l),
    returned AS (
      UPDATE ${schema.quoted}.runs r
      SET state = CASE WHEN removed OR ${cancelled} THEN 'cancelled' ELSE 'pending' END,
          queued = NOT removed AND NOT ${cancelled} AND NOT holds,
          held = CASE WHEN holds AND NOT removed AND NOT ${cancelled} THEN 'paused' END,
          finished_at = CASE WHEN removed OR ${cancelled} THEN ${STAMP} END,
          error = CASE WHEN ${cancelled} THEN ${cancelledError} END,
          attempt = r.attempt - 1, node_id = NULL, started_at = NULL
      FROM judged d
      WHERE r.id = d.id AND r.fire_at = d.fire_at AND r.attempt = d.attempt
        AND ${isClaimOf('r', '$2')} AND ${isThat('d')}
      RETURNING r.id, r.job_id, r.state, r.queued),
    pending AS MATERIALIZED (SELECT count(*) AS runs FROM returned WHERE queued),
    ended AS MATERIALIZED (SELECT job_id FROM returned WHERE state = 'cancelled')
    SELECT (SELECT count(*)::int FROM returned) AS returned,
           (SELECT pg_notify($5, 'runs') FROM pending WHERE runs > 0) AS told,
           (${tellSlots(schema, 'ended', '$5')}) AS told_slots`,
});
