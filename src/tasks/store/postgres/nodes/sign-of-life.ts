import { OLD_SIGN } from '../../../domain/silence.js';
import { interval, STAMP, STATEMENT_CLOCK } from '../database-time.js';
import type { SchemaName } from '../schema-name.js';
import { isAlive } from './live-nodes.js';

/**
 * A claim or an outcome is a sign of life of its node, as a heartbeat is: where these do not get through,
 * the node is not given up while it works. It writes only when the last sign is old, which it is not while
 * the node beats, and passes over a row that somebody holds. One that counts as dead already must show
 * by a heartbeat that it lives.
 *
 * @param deadAfterMs the parameter that holds dead-after
 */
export const signOfLife = ({ quoted }: SchemaName, node: string, deadAfterMs: string) => `
    sign AS (
      UPDATE ${quoted}.nodes n SET heartbeat_at = ${STAMP}
      FROM (SELECT id FROM ${quoted}.nodes
            WHERE id = ${node}::uuid AND ${isAlive(deadAfterMs)}
              AND heartbeat_at < ${STATEMENT_CLOCK} - ${interval(deadAfterMs)} * ${OLD_SIGN}
            FOR NO KEY UPDATE SKIP LOCKED) late
      WHERE n.id = late.id)`;
