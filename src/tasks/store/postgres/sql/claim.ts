import { LONGEST_PERIOD_MS } from '../../../domain/triggers/trigger-spec.js';
import { CLOCK, interval, STAMP, STATEMENT_CLOCK } from '../../database-time.js';
import type { SchemaName } from '../../schema-name.js';
import { LOCK_NAME, type Statement } from './statement.js';

/**
 * Claims up to `slots` pending runs for a node. $2 node · $3 dead-after in ms · $4 known tasks.
 *
 * What can go wrong, and why it does not:
 *
 * - Two nodes claim the same run. The row's lock decides; the loser passes over it (SKIP LOCKED).
 * - The cluster is being paused. The pause takes the row of the leader lock FOR UPDATE, so it waits
 *   for this statement, and a claim that waited for the pause looks again and finds nothing.
 * - The job is being paused or removed. That transaction writes the pending rows, so it waits for
 *   this statement and then finds them running, or this statement passes over them.
 * - The node has been silent for so long that its runs are being settled. It must show a sign of life
 *   before it may claim.
 * - A run has waited for a slot for longer than its misfire grace: it is skipped here, as its fire
 *   time would have been.
 */
export const claim = ({ quoted }: SchemaName, slots: number): Statement => ({
  name: `claim_${slots}`,
  text: `
    WITH open AS MATERIALIZED (
      SELECT 1 FROM ${quoted}.leader_lock WHERE name = ${LOCK_NAME} AND NOT paused FOR KEY SHARE),
    me AS MATERIALIZED (
      SELECT 1 FROM ${quoted}.nodes
      WHERE id = $2::uuid AND stopped_at IS NULL
        AND heartbeat_at > ${CLOCK} - ${interval('$3')}),
    due AS MATERIALIZED (
      SELECT r.id, r.fire_at, r.job_id, r.cause
      FROM ${quoted}.runs r
      WHERE EXISTS (SELECT 1 FROM open) AND EXISTS (SELECT 1 FROM me)
        AND r.queued AND r.run_at <= ${STATEMENT_CLOCK} AND r.task = ANY ($4::text[])
      ORDER BY r.priority, r.run_at, r.id
      LIMIT ${slots}
      FOR NO KEY UPDATE SKIP LOCKED),
    judged AS (
      SELECT d.id, d.fire_at, j.payload,
             d.cause = 'fired'
               AND coalesce(d.fire_at < ${STATEMENT_CLOCK}
                              - least(j.misfire_grace_ms, ${LONGEST_PERIOD_MS})
                                * interval '1 millisecond', false) AS late
      FROM due d LEFT JOIN ${quoted}.jobs j ON j.id = d.job_id),
    misfired AS (
      UPDATE ${quoted}.runs r
      SET queued = false, state = 'skipped', reason = 'misfired', finished_at = ${STAMP}
      FROM judged d
      WHERE d.late AND r.id = d.id AND r.fire_at = d.fire_at),
    claimed AS (
      UPDATE ${quoted}.runs r
      SET queued = false, state = 'running', node_id = $2::uuid, attempt = attempt + 1,
          started_at = ${STAMP}
      FROM judged d
      WHERE NOT d.late AND r.id = d.id AND r.fire_at = d.fire_at
      RETURNING r.id, r.attempt, r.job_id, r.task, coalesce(r.payload, d.payload) AS payload,
                r.cause, r.fire_at, r.fencing_token, r.priority, r.run_at)
    SELECT * FROM claimed ORDER BY priority, run_at, id`,
});
