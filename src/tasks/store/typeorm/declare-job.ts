import type { EntityManager } from 'typeorm';
import { declaredJob, replanFrom, type Generation } from '../job-definition.js';
import type { Declared, DeclaredJob } from '../job-store.js';
import { JobEntity } from './entities/job.entity.js';
import { LeaderLockEntity } from './entities/leader-lock.entity.js';
import type { JobWriter } from './job-writer.js';

/**
 * Brings a declaration into the store: makes its job, leaves it alone when the declaration is the one
 * that is stored, or replaces it. An operator's pause survives; one that the code made follows the
 * code.
 *
 * A job that fires after each cold start is armed here too, by whichever node declares it first in a
 * generation: the job's row is locked, and it says for which generation it was armed.
 */
export async function declareJob(
  manager: EntityManager,
  writer: JobWriter,
  declared: DeclaredJob,
): Promise<Declared> {
  const now = await writer.now();
  const generation = await currentGeneration(manager);
  const first = declaredJob(declared, now, generation, null);
  if (await writer.insert(first.definition, first.nextFireAt)) return 'created';

  const job = await writer.lock(declared.id);
  if (job.origin !== 'declared') return 'taken';
  const stored = await manager.findOneByOrFail(JobEntity, { id: declared.id });
  const unchanged = stored.declaredHash === declared.hash;
  const armed = declared.trigger.type !== 'start' || stored.generation === generation?.generation;
  if (unchanged && armed) return 'unchanged';

  const later = replanFrom(job, await writer.now());
  const { definition, nextFireAt } = declaredJob(declared, later, generation, stored);
  await writer.recordOverdue(job, later, 'replaced');
  await writer.replace(definition, nextFireAt);
  if (definition.paused) await writer.holdPending(job.id);
  return unchanged ? 'restarted' : 'replaced';
}

async function currentGeneration(manager: EntityManager): Promise<Generation | null> {
  const lock = await manager.findOneByOrFail(LeaderLockEntity, { name: 'scheduler' });
  return lock.generationAt && { generation: lock.generation, startedAt: lock.generationAt };
}
