import { LONGEST_PERIOD_MS } from '../../../domain/triggers/trigger-spec.js';
import { CLOCK, interval, STAMP, STATEMENT_CLOCK } from '../../database-time.js';
import { AGED_AFTER_MS } from '../../run-queue.js';
import type { SchemaName } from '../../schema-name.js';
import { LOCK_NAME } from './statement.js';

/** What every statement that claims is made of. `$2` node · `$3` dead-after in ms · `$4` known tasks. */

/** The instant before which a run must have been due to go before the others. */
const AGED_BEFORE = `${STATEMENT_CLOCK} - interval '${AGED_AFTER_MS} milliseconds'`;

/** Nobody has paused the cluster, and this node is one that is alive. */
export const mayClaim = ({ quoted }: SchemaName) => `
    open AS MATERIALIZED (
      SELECT 1 FROM ${quoted}.leader_lock WHERE name = ${LOCK_NAME} AND NOT paused FOR KEY SHARE),
    me AS MATERIALIZED (
      SELECT 1 FROM ${quoted}.nodes
      WHERE id = $2::uuid AND stopped_at IS NULL
        AND heartbeat_at > ${CLOCK} - ${interval('$3')})`;

/** Locks up to `slots` runs that have waited for too long, or that have not, each in their order. */
export const lockQueued = (
  { quoted }: SchemaName,
  which: 'aged' | 'fresh',
  tasks: string,
  slots: number,
) => `
      SELECT r.id, r.fire_at, r.job_id, r.cause, r.attempt, r.priority, r.run_at
      FROM ${quoted}.runs r
      WHERE EXISTS (SELECT 1 FROM open) AND EXISTS (SELECT 1 FROM me)
        AND r.queued AND r.task = ANY (${tasks})
        AND ${
          which === 'aged'
            ? `r.run_at <= ${AGED_BEFORE}`
            : `r.run_at <= ${STATEMENT_CLOCK} AND r.run_at > ${AGED_BEFORE}`
        }
      ORDER BY ${which === 'aged' ? '' : 'r.priority, '}r.run_at, r.id
      LIMIT ${slots}
      FOR NO KEY UPDATE SKIP LOCKED`;

/** From what `due` has locked to what is answered: claimed runs, or one row without any. */
export const takeDue = ({ quoted }: SchemaName) => `
    judged AS (
      SELECT d.id, d.fire_at, d.aged, j.payload, j.timeout_ms, j.retry, j.transactional,
             d.cause = 'fired' AND d.attempt = 0
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
      SET queued = false, state = 'running', node_id = $2::uuid, attempt = r.attempt + 1,
          started_at = ${STAMP}
      FROM judged d
      WHERE NOT d.late AND r.id = d.id AND r.fire_at = d.fire_at
      RETURNING r.id, r.attempt, r.job_id, r.task, coalesce(r.payload, d.payload) AS payload,
                r.cause, r.fire_at, r.fencing_token, d.timeout_ms, d.retry, d.transactional,
                d.aged, r.priority, r.run_at)`;

/** The next run that may start, by the index of what is queued. */
export const nextQueued = ({ quoted }: SchemaName) => `
    next AS (
      SELECT extract(epoch FROM min(r.run_at) - ${STATEMENT_CLOCK})::float8 * 1000 AS next_in_ms
      FROM ${quoted}.runs r
      WHERE r.queued AND r.run_at > ${STATEMENT_CLOCK} AND r.task = ANY ($4::text[]))`;

/** There is one row also when nothing was claimed: it says when the next run may start. */
export const answer = (also = '') => `
    SELECT n.next_in_ms, c.*${also}
    FROM next n LEFT JOIN claimed c ON true
    ORDER BY c.aged DESC, CASE WHEN c.aged THEN 0 ELSE c.priority END, c.run_at, c.id`;
