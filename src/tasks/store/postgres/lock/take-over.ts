import { CLOCK, interval, STAMP } from '../database-time.js';
import { LOCK_NAME, type StatementOf } from '../session/statement.js';

/**
 * Takes the lock: a compare-and-set on the token that was read.
 *
 * $2 node · $3 lease in ms · $4 token read · $5 the holder's session is known to be gone ·
 * $6 take the hint · $7 class of advisory locks
 *
 * Candidates queue on the row, so expiry is judged by the clock that goes on. The advisory lock of
 * the new token is taken before the token can be seen, so nobody finds it free in between. If the
 * statement fails after that, the session must be dropped, and the stray lock with it.
 */
export const takeOver: StatementOf = ({ quoted }) => ({
  name: 'take_over',
  text: `
    WITH taken AS (
      UPDATE ${quoted}.leader_lock
      SET fencing_token = fencing_token + 1, node_id = $2::uuid, acquired_at = ${STAMP},
          expires_at = ${CLOCK} + ${interval('$3')}, lease_ms = $3::int, hinted = false
      WHERE name = ${LOCK_NAME} AND fencing_token = $4::bigint
        AND ((hinted AND $5::boolean) OR node_id IS NULL OR expires_at <= ${CLOCK}
             OR expires_at > ${CLOCK} + 2 * lease_ms * interval '1 millisecond')
      RETURNING name, fencing_token, acquired_at),
    history AS (
      INSERT INTO ${quoted}.leader_history (name, fencing_token, node_id, acquired_at, how)
      SELECT name, fencing_token, $2::uuid, acquired_at,
             CASE WHEN $5::boolean THEN 'session ended' ELSE 'free or expired' END
      FROM taken)
    SELECT fencing_token,
           CASE WHEN $6::boolean
                THEN pg_try_advisory_lock($7::int, (fencing_token % 2147483647)::int)
                ELSE false END AS hinted
    FROM taken`,
});
