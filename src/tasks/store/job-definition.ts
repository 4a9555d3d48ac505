import { InvalidInputError } from '../domain/errors.js';
import type { Job, JobOrigin, JobPolicy, NewJob } from '../domain/job.js';
import { triggerOf } from '../domain/triggers/parse-trigger.js';
import { periodMs, type TriggerSpec } from '../domain/triggers/trigger-spec.js';
import type { DeclaredJob } from './job-store.js';

/** What stands in a job's row, whoever made it. */
export interface JobDefinition extends JobPolicy {
  readonly id: string;
  readonly name: string;
  readonly task: string;
  readonly payload: unknown;
  readonly trigger: TriggerSpec;
  readonly tags: readonly string[];
  readonly origin: JobOrigin;
  readonly paused: boolean;
  readonly pauseReason: string | null;
  readonly declaredHash: string | null;
  /** Of a job that fires after each cold start: the start for which it was armed last. */
  readonly generation: string | null;
}

/** A definition and when it fires first; null: it does not. */
export interface PlannedJob {
  readonly definition: JobDefinition;
  readonly nextFireAt: Date | null;
}

/** A cold start of the cluster. */
export interface Generation {
  readonly generation: string;
  readonly startedAt: Date;
}

/** What a declaration finds. */
export type StoredDeclaration = Pick<JobDefinition, 'paused' | 'pauseReason' | 'generation'>;

/** The reason that a job has which its declaration switches off. */
const DISABLED = 'disabled in code';

/** A job that somebody makes at run time. @throws InvalidInputError when it would never fire */
export function newJob({ name, ...job }: NewJob, origin: JobOrigin, now: Date): PlannedJob {
  const trigger = anchored(job.trigger, now);
  const nextFireAt = triggerOf(trigger).next(now);
  if (nextFireAt === null) {
    throw new InvalidInputError('The job', [
      { pointer: '/trigger', message: `has no fire time after ${now.toISOString()}` },
    ]);
  }
  const made = { paused: false, pauseReason: null, declaredHash: null, generation: null };
  return { definition: { ...job, ...made, name: name ?? job.id, trigger, origin }, nextFireAt };
}

/**
 * The job that a declaration makes, planned from `from` on.
 *
 * @param before the stored job: an operator's pause of it survives, one that the code made follows
 * the code, and what has been armed for this start of the cluster already is armed from now on
 */
export function declaredJob(
  declared: DeclaredJob,
  from: Date,
  cluster: Generation | null,
  before: StoredDeclaration | null,
): PlannedJob {
  const { hash, trigger: declaredTrigger, ...rest } = declared;
  const starts = declaredTrigger.type === 'start';
  const again = before !== null && before.generation === cluster?.generation;
  const trigger = starts
    ? startTrigger(again ? from : (cluster?.startedAt ?? from), declaredTrigger.delayMs)
    : anchored(declaredTrigger, from);
  const byOperator = before !== null && before.paused && before.pauseReason !== DISABLED;
  const paused = byOperator || declared.paused;
  const definition: JobDefinition = {
    ...rest,
    name: declared.id,
    payload: null,
    trigger,
    origin: 'declared',
    paused,
    pauseReason: byOperator ? before.pauseReason : paused ? DISABLED : null,
    declaredHash: hash,
    generation: starts ? (cluster?.generation ?? null) : null,
  };
  // What is to run after a start runs, however long it took to declare it.
  const first = trigger.type === 'date' && starts ? new Date(trigger.at) : null;
  return { definition, nextFireAt: paused ? null : (first ?? triggerOf(trigger).next(from)) };
}

/**
 * From when on a job is planned anew: from now, and never from before what has been dealt with,
 * should the database's clock have been set back.
 */
export function replanFrom({ lastFireAt }: Pick<Job, 'lastFireAt'>, now: Date): Date {
  return lastFireAt !== null && lastFireAt > now ? lastFireAt : now;
}

/** An interval begins one period after it was made. @throws InvalidInputError */
function anchored(trigger: TriggerSpec, now: Date): TriggerSpec {
  triggerOf(trigger);
  if (trigger.type !== 'interval' || trigger.startAt !== undefined) return trigger;
  return { ...trigger, startAt: new Date(now.getTime() + periodMs(trigger)).toISOString() };
}

function startTrigger(start: Date, delayMs: number): TriggerSpec {
  return { type: 'date', at: new Date(start.getTime() + delayMs).toISOString() };
}
