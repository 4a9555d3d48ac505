import type { RunCause } from '../../../domain/run.js';
import { runPolicyOf } from '../../../domain/run-policy.js';
import type { ClaimedRun } from '../../run-queue.js';

/** A claimed run as statements answer it, and when the next one may start. */
export interface ClaimedRow {
  id: string;
  attempt: number;
  job_id: string;
  task: string;
  payload: unknown;
  cause: RunCause;
  fire_at: Date;
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
  fencingToken: row.fencing_token === null ? null : Number(row.fencing_token),
  policy: runPolicyOf({
    timeoutMs: row.timeout_ms,
    retry: row.retry,
    transactional: row.transactional,
  }),
});
