import { LOCK_NAME, type StatementOf } from '../session/statement.js';

/**
 * Gives the lock back. $1 node · $2 token · $3 channel.
 *
 * The token grows here too: a renewal or a fire of ours that is still on its way must find a token
 * that is not its own.
 */
export const resign: StatementOf = ({ quoted }) => ({
  name: 'resign',
  text: `
    WITH resigned AS (
      UPDATE ${quoted}.leader_lock
      SET node_id = NULL, expires_at = '-infinity', hinted = false,
          fencing_token = fencing_token + 1
      WHERE name = ${LOCK_NAME} AND fencing_token = $2::bigint AND node_id = $1::uuid
      RETURNING 1)
    SELECT pg_notify($3, 'leader') FROM resigned`,
});
