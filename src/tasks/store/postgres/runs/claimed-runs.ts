import type { RunCause } from '../../../domain/run.js';
import { runPolicyOf } from '../../../domain/run-policy.js';
import type { ClaimedRun, OwnRun } from '../../run-queue.js';
import type { StatementOf } from '../session/statement.js';
import { runningAt } from './short-lists.js';

/** A claimed run as statements answer it, and when the next one may start. */
export interface ClaimedRow {
  id: string;
  attempt: number;
  job_id: string;
  task: string;
  payload: unknown;
  cause: RunCause;
  fire_at: Date;
  run_at: Date;
  fencing_token: string | null;
  timeout_ms: number | null;
  retry: unknown;
  transactional: boolean | null;
  next_in_ms: number | null;
}

export const claimedRun = (row: ClaimedRow): ClaimedRun => ({
  runId: row.id,
  attempt: row.attempt,
  jobId: row.job_id,
  task: row.task,
  payload: row.payload,
  cause: row.cause,
  fireAt: row.fire_at,
  runAt: row.run_at,
  fencingToken: row.fencing_token === null ? null : Number(row.fencing_token),
  policy: runPolicyOf({
    timeoutMs: row.timeout_ms,
    retry: row.retry,
    transactional: row.transactional,
  }),
});

export const ownRun = (row: ClaimedRow & { started_at: Date }): OwnRun => ({
  ...claimedRun(row),
  startedAt: row.started_at,
});

/** What runs in the name of the node $1. */
export const claimedRuns: StatementOf = (schema) => ({
  name: 'claimed_runs',
  text: `
    SELECT r.id, r.attempt, r.job_id, r.task, coalesce(r.payload, j.payload) AS payload, r.cause,
           r.fire_at, r.run_at, r.started_at, r.fencing_token, j.timeout_ms, j.retry, j.transactional
    FROM (${runningAt(schema, '$1::uuid')}) r LEFT JOIN ${schema.quoted}.jobs j ON j.id = r.job_id`,
});
