import { STAMP, type ClockShift } from '../database-time.js';
import type { Author } from '../../../domain/job-requests.js';
import type { SchemaName } from '../schema-name.js';
import type { ChangeOptions } from '../../job-store.js';
import type { SqlRunner } from '../../sql-runner.js';
import type { JobWriter } from '../jobs/job-writer.js';

/** Who changed what, and why. */
export interface AuditEntry {
  /** Default: the host's code. */
  readonly actor?: string;
  /** What was done, such as `job.pause`. */
  readonly action: string;
  readonly jobId?: string;
  readonly runId?: string;
  readonly reason?: string | null;
  readonly details?: unknown;
}

/** Writes it down in the transaction of the change, so there is one exactly where there is the other. */
export async function writeAudit(
  sql: SqlRunner,
  { quoted }: SchemaName,
  shift: ClockShift,
  { actor = 'code', action, jobId, runId, reason, details }: AuditEntry,
): Promise<void> {
  await sql.query(
    `INSERT INTO ${quoted}.audit (at, actor, action, job_id, run_id, reason, details)
     VALUES (${STAMP}, $2, $3, $4, $5::bigint, $6, $7::jsonb)`,
    [
      shift.bound,
      actor,
      action,
      jobId ?? null,
      runId ?? null,
      reason ?? null,
      details === undefined ? null : JSON.stringify(details),
    ],
  );
}

/** Writes down a change of a job, with who asked for it. */
export function auditChange(
  { sql, schema, shift }: JobWriter,
  { actor, reason, traceparent }: ChangeOptions,
  entry: AuditEntry,
): Promise<void> {
  return writeAudit(sql, schema, shift, {
    ...entry,
    ...(traceparent !== undefined && { details: { ...(entry.details as object), traceparent } }),
    ...(actor !== undefined && { actor }),
    reason: reason ?? entry.reason ?? null,
  });
}

/** Writes down the same change of many jobs, each with details of its own. */
export async function auditJobs(
  writer: JobWriter,
  { actor = 'code', reason }: Author,
  entry: Pick<AuditEntry, 'action' | 'reason'>,
  jobs: readonly { readonly id: string; readonly details: object }[],
): Promise<void> {
  await writer.query(
    `INSERT INTO ${writer.schema.quoted}.audit (at, actor, action, job_id, reason, details)
     SELECT ${STAMP}, $2, $3, e.id, $4, e.details
     FROM jsonb_to_recordset($5::jsonb) AS e (id text, details jsonb)`,
    [actor, entry.action, reason ?? entry.reason ?? null, JSON.stringify(jobs)],
  );
}
