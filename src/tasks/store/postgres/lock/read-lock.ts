import { CLOCK } from '../database-time.js';
import { LOCK_NAME, type StatementOf } from '../session/statement.js';

/**
 * The lock as a follower sees it. A lease that lasts longer than any that was granted means that the
 * database's clock was set back: nobody waits hours for it.
 */
export const readLock: StatementOf = ({ quoted }) => ({
  name: 'read_lock',
  text: `
    SELECT fencing_token,
           node_id IS NOT NULL AND expires_at > ${CLOCK}
             AND expires_at <= ${CLOCK} + 2 * lease_ms * interval '1 millisecond' AS held,
           extract(epoch FROM greatest(expires_at, ${CLOCK}) - ${CLOCK})::float8 * 1000
             AS remaining_ms,
           hinted
    FROM ${quoted}.leader_lock
    WHERE name = ${LOCK_NAME}`,
});
