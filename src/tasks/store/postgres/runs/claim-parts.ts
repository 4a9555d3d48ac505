import { MAX_PERIOD_MS } from '../../../triggers/trigger-spec.js';
import { CLOCK, interval, STAMP, STATEMENT_CLOCK } from '../database-time.js';
import type { SchemaName } from '../schema-name.js';
import { LOCK_NAME } from '../session/statement.js';

/** Nobody has paused the cluster, and this node is one that is alive. `$2` node · `$3` dead-after in ms. */
export const mayClaim = (schema: SchemaName) => `
    open AS MATERIALIZED (
      SELECT 1 FROM ${schema.quoted}.leader_lock
      WHERE name = ${LOCK_NAME} AND NOT paused FOR KEY SHARE),
    ${isNodeAlive(schema, '$2', '$3')}`;

/** `me` has a row if this node is one that is alive. */
export const isNodeAlive = ({ quoted }: SchemaName, node: string, deadAfterMs: string) => `
    me AS MATERIALIZED (
      SELECT 1 FROM ${quoted}.nodes
      WHERE id = ${node}::uuid AND stopped_at IS NULL
        AND heartbeat_at > ${CLOCK} - ${interval(deadAfterMs)})`;

/** From what `due` has locked to what is answered: claimed runs, or one row without any. */
export const takeDue = ({ quoted }: SchemaName) => `
    judged AS (
      SELECT d.id, d.fire_at, j.payload, j.timeout_ms, j.retry, j.transactional,
             d.cause = 'fired' AND d.attempt = 0
               AND coalesce(d.fire_at < ${STATEMENT_CLOCK}
                              - least(j.misfire_grace_ms, ${MAX_PERIOD_MS})
                                * interval '1 millisecond', false) AS late
      FROM due d LEFT JOIN ${quoted}.jobs j ON j.id = d.job_id),
    misfired AS (
      UPDATE ${quoted}.runs r
      SET queued = false, state = 'skipped', reason = 'misfired', finished_at = ${STAMP}
      FROM judged d
      WHERE d.late AND r.id = d.id AND r.fire_at = d.fire_at),
    claimed AS (
      UPDATE ${quoted}.runs r
      SET queued = false, state = 'running', node_id = $2::uuid, attempt = r.attempt + 1,
          started_at = ${STAMP}
      FROM judged d
      WHERE NOT d.late AND r.id = d.id AND r.fire_at = d.fire_at
      RETURNING r.id, r.attempt, r.job_id, r.task, coalesce(r.payload, d.payload) AS payload,
                r.cause, r.fire_at, r.fencing_token, d.timeout_ms, d.retry, d.transactional,
                r.priority, r.run_at)`;

/** There is one row also when nothing was claimed: it says when the next run may start. */
export const ANSWER = `
    SELECT n.next_in_ms, c.*
    FROM next n LEFT JOIN claimed c ON true
    ORDER BY c.priority, c.run_at, c.id`;
