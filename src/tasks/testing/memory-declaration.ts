import { InvalidInputError } from '../domain/errors.js';
import type { Job } from '../domain/job.js';
import { triggerOf } from '../domain/triggers/parse-trigger.js';
import { periodMs, type TriggerSpec } from '../domain/triggers/trigger-spec.js';
import type { DeclaredJob } from '../store/job-store.js';
import type { JobRow, LockRow } from './memory-rows.js';

/** The reason that a job has which its declaration switches off. */
const DISABLED = 'disabled in code';

/** What a definition says of a job: all but what the store adds to it. */
export type JobDefinition = Omit<
  JobRow,
  'state' | 'nextFireAt' | 'lastFireAt' | 'revision' | 'inserts' | 'createdAt' | 'updatedAt'
>;

export type Generation = Pick<LockRow, 'generation' | 'generationAt'>;

/** The job that a declaration makes. An operator's pause survives; one that the code made does not. */
export function definitionOf(
  declared: DeclaredJob,
  now: Date,
  { generation, generationAt }: Generation,
  before: Job | null,
): JobDefinition {
  const { hash, trigger, ...rest } = declared;
  const byOperator = before !== null && before.paused && before.pauseReason !== DISABLED;
  const paused = byOperator || declared.paused;
  return {
    ...rest,
    name: declared.id,
    payload: null,
    trigger:
      trigger.type === 'start'
        ? startTrigger(generationAt ?? now, trigger.delayMs)
        : anchored(trigger, now),
    origin: 'declared',
    paused,
    pauseReason: byOperator ? before.pauseReason : paused ? DISABLED : null,
    declaredHash: hash,
    generation: trigger.type === 'start' && generationAt !== null ? generation : null,
  };
}

/** What is to run after a start runs, however late it is declared; the rest is planned from now on. */
export function firstFireOf(declared: DeclaredJob, definition: JobDefinition, now: Date) {
  if (definition.paused) return null;
  const { trigger } = definition;
  if (declared.trigger.type === 'start' && trigger.type === 'date') return new Date(trigger.at);
  return triggerOf(trigger).next(now);
}

/** An interval begins one period after it was made. */
export function anchored(trigger: TriggerSpec, now: Date): TriggerSpec {
  if (trigger.type !== 'interval' || trigger.startAt !== undefined) return trigger;
  const startAt = new Date(now.getTime() + periodMs(trigger));
  if (!Number.isNaN(startAt.getTime())) return { ...trigger, startAt: startAt.toISOString() };
  throw new InvalidInputError('The trigger', [
    { pointer: '', message: 'has a period that is longer than the calendar: give a shorter one' },
  ]);
}

function startTrigger(start: Date, delayMs: number): TriggerSpec {
  return { type: 'date', at: new Date(start.getTime() + delayMs).toISOString() };
}
