import { OverlappedError } from '../../../domain/errors.js';
import { fatesOf } from '../../../domain/overlap.js';
import { storableJson } from '../../../domain/storable.js';
import { STAMP } from '../database-time.js';
import type { StoredJob } from '../../../domain/job-definition.js';
import type { RunNow } from '../../../domain/job-requests.js';
import type { JobWriter } from '../jobs/job-writer.js';
import { standingFor } from './standing-of.js';

/** A run that no trigger named. */
export interface AskedRun {
  readonly cause: 'manual' | 'retry';
  /** JSON text; null: the job's own payload. */
  readonly payload: string | null;
  readonly retryOf: string | null;
}

/** Inserts a run of a job that somebody asks for. Its id. @throws JobNotFoundError, OverlappedError */
export async function runNow(writer: JobWriter, id: string, ask: RunNow): Promise<string> {
  const payload = ask.payload === undefined ? null : (storableJson(ask.payload) ?? null);
  const job = await lockForInsert(writer, id);
  const policy = { ...job, overlap: ask.overlap ?? job.overlap };
  return insertRun(writer, policy, { cause: 'manual', payload, retryOf: null });
}

/**
 * Locks a job's plan for a run that is inserted outside of a fire.
 *
 * Adding to `inserts` takes the plan's lock, and makes a fire that counted the live runs before this
 * one count again. What runs is looked at in a later statement, which sees all that was done before
 * the lock was had.
 *
 * @throws JobNotFoundError
 */
export async function lockForInsert(writer: JobWriter, id: string): Promise<StoredJob> {
  await writer.sql.query(
    `UPDATE ${writer.schema.quoted}.job_plans SET inserts = inserts + 1 WHERE job_id = $1`,
    [id],
  );
  return writer.read(id);
}

/** Inserts a run of a job whose plan is locked. Its id. @throws OverlappedError */
export async function insertRun(
  writer: JobWriter,
  job: StoredJob,
  { cause, payload, retryOf }: AskedRun,
): Promise<string> {
  const stands = await standingFor(writer, job.id, job);
  const [fate] = fatesOf(job, stands, 1);
  if (fate !== 'starts' && fate !== 'waits')
    throw new OverlappedError(job.id, stands.first ?? '', job.overlap);
  const held = fate === 'waits' ? 'buffered' : null;
  const [row] = await writer.query<{ id: string }>(
    `WITH now AS (SELECT ${STAMP} AS at)
     INSERT INTO ${writer.schema.quoted}.runs
       (job_id, task, payload, fire_at, run_at, cause, state, queued, held, priority, retry_of,
        created_at)
     SELECT $2, $3, $4::jsonb, at, at, $5, 'pending', $6::text IS NULL, $6::text, $7::int,
            $8::bigint, at
     FROM now
     RETURNING id::text`,
    [job.id, job.task, payload, cause, held, job.priority, retryOf],
  );
  await writer.notify(held ? 'slots' : 'runs');
  return row!.id;
}
