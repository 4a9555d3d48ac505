import type { StatementOf } from '../session/statement.js';

/** What runs in the name of the node $1. */
export const claimedRuns: StatementOf = ({ quoted }) => ({
  name: 'claimed_runs',
  text: `
    SELECT r.id, r.attempt, r.job_id, r.task, coalesce(r.payload, j.payload) AS payload, r.cause,
           r.fire_at, r.fencing_token, j.timeout_ms, j.retry, j.transactional
    FROM ${quoted}.runs r LEFT JOIN ${quoted}.jobs j ON j.id = r.job_id
    WHERE r.state = 'running' AND r.node_id = $1::uuid`,
});
