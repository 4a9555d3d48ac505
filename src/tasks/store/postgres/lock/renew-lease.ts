import { CLOCK, interval } from '../database-time.js';
import { LOCK_NAME, type StatementOf } from '../session/statement.js';

/** $2 node · $3 lease in ms · $4 token · $5 this session holds the hint. No row: not ours any more. */
export const renewLease: StatementOf = ({ quoted }) => ({
  name: 'renew_lease',
  text: `
    UPDATE ${quoted}.leader_lock
    SET expires_at = ${CLOCK} + ${interval('$3')}, lease_ms = $3::int, hinted = $5::boolean
    WHERE name = ${LOCK_NAME} AND fencing_token = $4::bigint AND node_id = $2::uuid
    RETURNING fencing_token`,
});
