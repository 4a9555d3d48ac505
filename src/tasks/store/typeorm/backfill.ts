import { randomUUID } from 'node:crypto';
import { STAMP } from '../database-time.js';
import { placeBackfill, planBackfill } from '../../domain/backfill-plan.js';
import type { Backfill, Backfilled } from '../../domain/job-requests.js';
import type { JobWriter } from './job-writer.js';
import { occupancyOf, roomFor } from './occupancy.js';
import { lockForInsert } from './run-now.js';

/** Each step of priority lets what is live go first. */
const BEHIND_LIVE = 1;

/** Runs fire times of the past again, or for the first time. @throws JobNotFoundError, InvalidInputError */
export async function backfill(writer: JobWriter, id: string, ask: Backfill): Promise<Backfilled> {
  const job = ask.dryRun ? await writer.read(id) : await lockForInsert(writer, id);
  const { fireTimes, more } = planBackfill(job, ask, await writer.now());
  const occupied =
    ask.dryRun || fireTimes.length === 0
      ? await occupancyOf(writer, id)
      : await roomFor(writer, id, { ...job, overlap: ask.overlap });
  const placements = placeBackfill(job, ask, occupied, fireTimes.length);
  const skipped = placements.filter((placement) => placement === 'refuse').length;
  if (ask.dryRun || fireTimes.length === 0) return { backfillId: null, fireTimes, skipped, more };
  const backfillId = randomUUID();
  await writer.query(
    `INSERT INTO ${writer.schema.quoted}.runs
       (job_id, task, fire_at, run_at, cause, state, reason, queued, held, priority, backfill_id,
        created_at, finished_at)
     SELECT $2, $3, f.at, ${STAMP}, 'backfill',
            CASE WHEN f.placement = 'refuse' THEN 'skipped' ELSE 'pending' END,
            CASE WHEN f.placement = 'refuse' THEN 'overlapped' END,
            f.placement = 'start', CASE WHEN f.placement = 'hold' THEN 'buffered' END,
            $4::int, $5::uuid, ${STAMP}, CASE WHEN f.placement = 'refuse' THEN ${STAMP} END
     FROM unnest($6::timestamptz[], $7::text[]) AS f (at, placement)
     ORDER BY f.at`,
    [id, job.task, job.priority + BEHIND_LIVE, backfillId, fireTimes, placements],
  );
  await writer.notify('runs');
  await writer.notify('slots');
  return { backfillId, fireTimes, skipped, more };
}
