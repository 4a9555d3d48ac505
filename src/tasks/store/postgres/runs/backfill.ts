import { randomUUID } from 'node:crypto';
import { STAMP } from '../database-time.js';
import { placeBackfill, planBackfill } from '../../../domain/backfill-plan.js';
import type { Backfill, Backfilled } from '../../../domain/job-requests.js';
import type { JobWriter } from '../jobs/job-writer.js';
import { standingFor, standingOf } from './standing-of.js';
import { lockForInsert } from './run-now.js';

/** Each step of priority lets what is live go first. */
const BEHIND_LIVE = 1;

/** Runs fire times of the past again, or for the first time. @throws JobNotFoundError, InvalidInputError */
export async function backfill(writer: JobWriter, id: string, ask: Backfill): Promise<Backfilled> {
  const job = ask.dryRun ? await writer.read(id) : await lockForInsert(writer, id);
  const { fireTimes, more } = planBackfill(job, ask, await writer.now());
  const policy = { ...job, overlap: ask.overlap };
  const stand = ask.dryRun || fireTimes.length === 0 ? standingOf : standingFor;
  const fates = placeBackfill(job, ask, await stand(writer, id, policy), fireTimes.length);
  const skipped = fates.filter((fate) => fate === 'overlapped').length;
  if (ask.dryRun || fireTimes.length === 0) return { backfillId: null, fireTimes, skipped, more };
  const backfillId = randomUUID();
  await writer.query(
    `INSERT INTO ${writer.schema.quoted}.runs
       (job_id, task, fire_at, run_at, cause, state, reason, queued, held, priority, backfill_id,
        created_at, finished_at)
     SELECT $2, $3, f.at, ${STAMP}, 'backfill',
            CASE WHEN f.fate = 'overlapped' THEN 'skipped' ELSE 'pending' END,
            CASE WHEN f.fate = 'overlapped' THEN 'overlapped' END,
            f.fate = 'starts', CASE WHEN f.fate = 'waits' THEN 'buffered' END,
            $4::int, $5::uuid, ${STAMP}, CASE WHEN f.fate = 'overlapped' THEN ${STAMP} END
     FROM unnest($6::timestamptz[], $7::text[]) AS f (at, fate)
     ORDER BY f.at`,
    [id, job.task, job.priority + BEHIND_LIVE, backfillId, fireTimes, fates],
  );
  await writer.notify('runs');
  await writer.notify('slots');
  return { backfillId, fireTimes, skipped, more };
}
