import type { EntityManager } from 'typeorm';
import { JobNotFoundError, OverlappedError } from '../../domain/errors.js';
import type { Run } from '../../domain/run.js';
import { storableJson } from '../../domain/storable.js';
import { STAMP } from '../database-time.js';
import type { RunNow } from '../job-store.js';
import type { SchemaName } from '../schema-name.js';
import { RunEntity } from './entities/run.entity.js';
import type { JobWriter } from './job-writer.js';
import { runOf } from './run-row.js';

/**
 * Inserts a run that nobody's trigger named.
 *
 * Adding to `inserts` takes the plan's lock, and makes a fire that counted the live runs before this
 * one count again. What runs is looked at in a later statement, which sees all that was done before
 * the lock was had.
 *
 * @throws JobNotFoundError, OverlappedError
 */
export async function runNow(
  manager: EntityManager,
  writer: JobWriter,
  { quoted }: SchemaName,
  id: string,
  ask: RunNow,
): Promise<Run> {
  await manager.query(`UPDATE ${quoted}.job_plans SET inserts = inserts + 1 WHERE job_id = $1`, [
    id,
  ]);
  const job = await writer.read(id);
  if (job.overlap === 'skip' && ask.overlap !== 'allow') {
    const live = await manager.query<{ id: string }[]>(
      `SELECT id FROM ${quoted}.runs
       WHERE job_id = $1 AND (state IN ('pending', 'running') OR handler_alive)
       ORDER BY id`,
      [id],
    );
    if (live.length >= job.maxInstances) throw new OverlappedError(id, live[0]!.id);
  }
  const payload = ask.payload === undefined ? null : storableJson(ask.payload);
  const [row] = await writer.query<{ id: string }>(
    `WITH now AS (SELECT ${STAMP} AS at)
     INSERT INTO ${quoted}.runs
       (job_id, task, payload, fire_at, run_at, cause, state, queued, priority, created_at)
     SELECT $2, $3, $4::jsonb, at, at, 'manual', 'pending', true, $5::int, at FROM now
     RETURNING id`,
    [id, job.task, payload, job.priority],
  );
  if (!row) throw new JobNotFoundError(id);
  await writer.notify('runs');
  return runOf(await manager.findOneByOrFail(RunEntity, { id: row.id }));
}
