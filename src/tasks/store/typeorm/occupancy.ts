import type { JobPolicy } from '../../domain/job.js';
import { placeRun, type Occupancy } from '../../domain/place-run.js';
import { CLOCK, STAMP } from '../database-time.js';
import type { JobWriter } from './job-writer.js';

interface Occupant {
  /** The oldest of the live ones; where none is, of those that wait for their turn. */
  readonly first: string | null;
}

export interface Occupied extends Occupancy, Occupant {
  /** Those that wait for another attempt. */
  readonly retries: number;
}

const RETRIES = `state = 'pending' AND attempt > 0 AND run_at > ${CLOCK}`;

/**
 * The runs of a job whose plan is locked, as they are then: the lock was had before this statement
 * looked. A run that waits for its retry does not count, one whose handler outlived its time does.
 */
export async function occupancyOf(writer: JobWriter, jobId: string): Promise<Occupied> {
  const [row] = await writer.query<Record<'live' | 'held' | 'retries', string> & Occupant>(
    `WITH unfinished AS (
       SELECT id, held IS NOT DISTINCT FROM 'buffered' AS waits, ${RETRIES} AS retries
       FROM ${writer.schema.quoted}.runs
       WHERE job_id = $2 AND (state IN ('pending', 'running') OR handler_alive))
     SELECT (count(*) FILTER (WHERE NOT waits AND NOT retries))::text AS live,
            (count(*) FILTER (WHERE waits))::text AS held,
            (count(*) FILTER (WHERE retries))::text AS retries,
            coalesce(min(id) FILTER (WHERE NOT waits AND NOT retries),
                     min(id) FILTER (WHERE waits))::text AS first
     FROM unfinished`,
    [jobId],
  );
  const { live, held, retries, first } = row!;
  return { live: Number(live), held: Number(held), retries: Number(retries), first };
}

/**
 * The same, after what waits for its retry has given way to a run that may start: left alone it would
 * come back beside it, over the job's limit. One that was just claimed does not give way, and counts.
 */
export async function roomFor(
  writer: JobWriter,
  jobId: string,
  policy: Pick<JobPolicy, 'overlap' | 'maxInstances' | 'bufferLimit'>,
): Promise<Occupied> {
  const occupied = await occupancyOf(writer, jobId);
  const yields = occupied.retries > 0 && policy.overlap !== 'allow';
  if (!yields || placeRun(policy, occupied) !== 'start') return occupied;
  await writer.query(
    `UPDATE ${writer.schema.quoted}.runs
     SET state = 'failed', reason = 'superseded', queued = false, held = NULL,
         finished_at = ${STAMP}
     WHERE job_id = $2 AND ${RETRIES}`,
    [jobId],
  );
  return occupancyOf(writer, jobId);
}

/** Cancels what a job has not finished, to make room. How many of them have to end first. */
export async function makeRoom(writer: JobWriter, jobId: string): Promise<number> {
  const { quoted } = writer.schema;
  // In the order in which outcomes are written, several of one job at once.
  await writer.sql.query(
    `SELECT 1 FROM ${quoted}.runs
     WHERE job_id = $1 AND (state IN ('pending', 'running') OR handler_alive)
     ORDER BY id FOR NO KEY UPDATE`,
    [jobId],
  );
  await writer.query(
    `UPDATE ${quoted}.runs
     SET state = 'cancelled', reason = 'superseded', queued = false, held = NULL,
         finished_at = ${STAMP}
     WHERE job_id = $2 AND state = 'pending'`,
    [jobId],
  );
  const running = await writer.query(
    `UPDATE ${quoted}.runs
     SET cancel_requested_at = coalesce(cancel_requested_at, ${STAMP}),
         cancel_reason = coalesce(cancel_reason, 'another run of the job takes its place')
     WHERE job_id = $2 AND (state = 'running' OR handler_alive)
     RETURNING id`,
    [jobId],
  );
  // TypeORM answers an UPDATE with its rows and their count.
  const [rows] = running as unknown as [unknown[], number];
  if (rows.length > 0) await writer.notify('cancel');
  return rows.length;
}
