import {
  makesRoom,
  roomBeside,
  type OverlapPolicy,
  type Standing,
} from '../../../domain/overlap.js';
import { limitsOf } from '../fires/overlap.js';
import { BUFFERED, FIRST, LIVE, standing } from '../fires/standing.js';
import type { JobWriter } from '../jobs/job-writer.js';

export interface Obstacle extends Standing {
  /** The run that is in the way, the oldest of several; null: there is none. */
  readonly first: string | null;
}

interface Yielding {
  /** Of fewer live runs than this, those that wait for a retry are ended; null: none is. */
  readonly endsWaitingBelow: number | null;
  readonly displaces: boolean;
}

const EVERYBODY: Yielding = { endsWaitingBelow: 2 ** 31 - 1, displaces: true };
const NOBODY: Yielding = { endsWaitingBelow: null, displaces: false };

/**
 * What stands in the way of a run that is asked for, once what gives way to it has done so. The plan of
 * its job is locked, and this is a later statement: it sees what was so when the lock was had.
 */
export async function standingFor(
  writer: JobWriter,
  jobId: string,
  policy: OverlapPolicy,
): Promise<Obstacle> {
  const seen = await standingOf(writer, jobId, policy);
  if (makesRoom(policy, seen)) return giveWay(writer, jobId, policy, EVERYBODY);
  const isFree = policy.overlap !== 'allow' && roomBeside(policy, seen).starts > 0;
  if (!isFree) return seen;
  return giveWay(writer, jobId, policy, { ...NOBODY, endsWaitingBelow: policy.maxInstances });
}

/** The same, and nothing gives way. */
export async function standingOf(
  writer: JobWriter,
  jobId: string,
  policy: OverlapPolicy,
): Promise<Obstacle> {
  return (await ask(writer, jobId, policy, NOBODY))!;
}

/** A run that has to give way and that somebody's transaction holds is waited for, here alone. */
async function giveWay(
  writer: JobWriter,
  jobId: string,
  policy: OverlapPolicy,
  yielding: Yielding,
): Promise<Obstacle> {
  const answer = await ask(writer, jobId, policy, yielding);
  if (answer !== null) return answer;
  await writer.sql.query(
    `SELECT 1 FROM ${writer.schema.quoted}.runs
     WHERE job_id = $1 AND (state IN ('pending', 'running') OR handler_alive)
     ORDER BY id FOR NO KEY UPDATE`,
    [jobId],
  );
  return giveWay(writer, jobId, policy, yielding);
}

/** Null: somebody holds a run that has to give way, and nothing was done. */
async function ask(
  writer: JobWriter,
  jobId: string,
  { overlap, maxInstances, bufferLimit }: OverlapPolicy,
  { endsWaitingBelow, displaces }: Yielding,
): Promise<Obstacle | null> {
  const [row] = await writer.query<
    Record<'live' | 'buffered' | 'told', string> & Pick<Obstacle, 'first'>
  >(
    `WITH asking AS MATERIALIZED (
       SELECT w.job_id, 1 AS many, ${limitsOf('w')}, $6::int AS ends_waiting_below,
              $7::boolean AS displaces, false AS outruns
       FROM (SELECT $2::text AS job_id, $3::text AS overlap, $4::int AS capacity,
                    $5::int AS buffer_limit) w),
     ${standing(writer.schema)}
     SELECT (${LIVE})::text AS live, (${BUFFERED})::text AS buffered, (${FIRST})::text AS first,
            (SELECT count(*) FROM giving_way WHERE state = 'running')::text AS told
     FROM standing
     HAVING count(*) > 0`,
    [jobId, overlap, maxInstances, Math.min(bufferLimit, 2 ** 31 - 1), endsWaitingBelow, displaces],
  );
  if (row === undefined) return null;
  if (row.told !== '0') await writer.notify('cancel');
  return { live: Number(row.live), buffered: Number(row.buffered), first: row.first };
}
