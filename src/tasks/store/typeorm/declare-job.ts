import type { EntityManager } from 'typeorm';
import type { Job } from '../../domain/job.js';
import { triggerOf } from '../../domain/triggers/parse-trigger.js';
import { periodMs, type TriggerSpec } from '../../domain/triggers/trigger-spec.js';
import type { Declared, DeclaredJob } from '../job-store.js';
import { JobEntity } from './entities/job.entity.js';
import { LeaderLockEntity } from './entities/leader-lock.entity.js';
import { JobWriter, type JobDefinition } from './job-writer.js';

/** The reason that a job has which its declaration switches off. */
const DISABLED = 'disabled in code';

interface Generation {
  readonly generation: string;
  readonly startedAt: Date;
}

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
  const definition = definitionOf(declared, now, generation, null);
  if (await writer.insert(definition, planOf(declared, definition, now))) return 'created';

  const job = await writer.lock(declared.id);
  if (job.origin !== 'declared') return 'taken';
  const stored = await manager.findOneByOrFail(JobEntity, { id: declared.id });
  const unchanged = stored.declaredHash === declared.hash;
  const armed = declared.trigger.type !== 'start' || stored.generation === generation?.generation;
  if (unchanged && armed) return 'unchanged';

  const later = JobWriter.replanFrom(job, await writer.now());
  const replacement = definitionOf(declared, later, generation, job);
  await writer.recordOverdue(job, later, 'replaced');
  await writer.replace(replacement, planOf(declared, replacement, later));
  if (replacement.paused) await writer.holdPending(job.id);
  return unchanged ? 'restarted' : 'replaced';
}

function definitionOf(
  declared: DeclaredJob,
  now: Date,
  generation: Generation | null,
  before: Job | null,
): JobDefinition {
  const { hash, trigger, ...rest } = declared;
  const byOperator = before !== null && before.paused && before.pauseReason !== DISABLED;
  const paused = byOperator || declared.paused;
  return {
    ...rest,
    name: declared.id,
    payload: null,
    trigger: storedTrigger(trigger, now, generation),
    origin: 'declared',
    paused,
    pauseReason: byOperator ? before.pauseReason : paused ? DISABLED : null,
    declaredHash: hash,
    generation: trigger.type === 'start' ? (generation?.generation ?? null) : null,
  };
}

/** The declaration's trigger with its first instant filled in, so that restarts do not shift it. */
function storedTrigger(
  trigger: DeclaredJob['trigger'],
  now: Date,
  generation: Generation | null,
): TriggerSpec {
  if (trigger.type === 'start') {
    const start = generation?.startedAt ?? now;
    return { type: 'date', at: new Date(start.getTime() + trigger.delayMs).toISOString() };
  }
  return anchored(trigger, now);
}

/** An interval begins one period after it was made. @throws InvalidInputError */
export function anchored(trigger: TriggerSpec, now: Date): TriggerSpec {
  triggerOf(trigger);
  if (trigger.type !== 'interval' || trigger.startAt !== undefined) return trigger;
  return { ...trigger, startAt: new Date(now.getTime() + periodMs(trigger)).toISOString() };
}

function planOf(declared: DeclaredJob, definition: JobDefinition, now: Date): Date | null {
  if (definition.paused) return null;
  const { trigger } = definition;
  // What is to run after a start runs, however long this node took to declare it.
  if (declared.trigger.type === 'start' && trigger.type === 'date') return new Date(trigger.at);
  return triggerOf(trigger).next(now);
}

async function currentGeneration(manager: EntityManager): Promise<Generation | null> {
  const lock = await manager.findOneByOrFail(LeaderLockEntity, { name: 'scheduler' });
  return lock.generationAt && { generation: lock.generation, startedAt: lock.generationAt };
}
