import { JobExistsError, RevisionConflictError } from './errors.js';
import { jobPolicySchema, type JobOrigin, type JobPatch, type NewJob } from './job.js';
import type { TriggerSpec } from '../triggers/trigger-spec.js';
import { redefined, unchanged } from './job-changes.js';
import { MADE_PAUSED, type JobChange, type StoredJob } from './job-definition.js';
import type { SeenJob } from './job-requests.js';
import type { DeclaredJob } from '../domain/declared-job.js';
import { continued, firstOf, replanFrom } from './job-trigger.js';

/** What users change of a job's definition. Pure. */

/** @param seen the job that somebody saw, or its revision alone @throws RevisionConflictError */
export function assertRevision(job: StoredJob, seen: number | SeenJob | undefined): void {
  if (seen === undefined) return;
  const { revision, createdAt = job.createdAt } =
    typeof seen === 'number' ? { revision: seen } : seen;
  const isAnother = createdAt.getTime() !== job.createdAt.getTime();
  if (revision === job.revision && !isAnother) return;
  throw new RevisionConflictError(job.id, revision, job.revision, isAnother);
}

/**
 * Changes fields. What is changed of a declaration is remembered, so that it can be undone.
 *
 * @throws InvalidInputError for a trigger that would never fire, WrongStateError
 */
export function modified(job: StoredJob, patch: JobPatch, now: Date): JobChange {
  const given = continuing(job, withoutGaps(patch), now);
  if (given.trigger !== undefined) firstOf(given.trigger, replanFrom(job, now), job.id);
  const overrides = job.declared === null ? {} : { ...job.overrides, ...given };
  return redefined(job, { ...job, ...given, overrides }, now);
}

/**
 * Gives a declared job another trigger until the next cold start, which is told by the generation that
 * the job then bears. `declaration.ts` compares it.
 *
 * @returns null: somebody has overridden the trigger, which stays
 * @throws InvalidInputError for a trigger that would never fire, WrongStateError
 */
export function retimed(
  job: StoredJob,
  trigger: TriggerSpec,
  generation: string | null,
  now: Date,
): JobChange | null {
  if (job.declared === null) return modified(job, { trigger }, now);
  if (job.overrides.trigger !== undefined) return null;
  const given = continuing(job, { trigger }, now);
  firstOf(given.trigger, replanFrom(job, now), job.id);
  return redefined(job, { ...job, ...given, generation }, now);
}

/** Forgets what was changed of a declaration. @throws WrongStateError */
export function reset(job: StoredJob, now: Date): JobChange {
  const { declared, overrides } = job;
  if (declared === null) return unchanged(job);
  const said = saidBy(declared, now);
  const wasRetimed = isRetimed(job);
  const fields = new Set(Object.keys(overrides) as (keyof JobPatch)[]);
  if (wasRetimed) fields.add('trigger');
  const original: JobPatch = Object.fromEntries([...fields].map((field) => [field, said[field]]));
  const generation = wasRetimed ? null : job.generation;
  const definition = { ...job, ...continuing(job, original, now), generation, overrides: {} };
  return redefined(job, definition, now);
}

/**
 * Gives a job another definition under its id. It stays the same job, so that a host may add its jobs
 * at each start: its ledger goes on, and the count of its runs; a trigger that has not changed keeps
 * its plan; an operator's pause lasts until somebody resumes the job.
 *
 * @throws JobExistsError for a job that is not of this origin, such as one that the code declares,
 *   InvalidInputError for a trigger that would never fire
 */
export function supplanted(job: StoredJob, asked: NewJob, origin: JobOrigin, now: Date): JobChange {
  if (job.origin !== origin) throw new JobExistsError(job.id);
  const { name, paused: pauses, ...fields } = asked;
  const given = continuing(job, fields, now);
  firstOf(given.trigger, replanFrom(job, now), job.id);
  const definition = {
    ...job,
    ...given,
    ...(pauses && !job.paused && { pauseReason: MADE_PAUSED, pausedAt: now }),
    name: name ?? job.id,
    paused: job.paused || pauses,
    unknownSince: null,
    orphanedAt: null,
  };
  return redefined(job, definition, now);
}

/** Whether it bears the generation of a `retimed` and not of a start for which it was armed. */
export function isRetimed({ declared, generation }: StoredJob): boolean {
  return generation !== null && declared !== null && declared.trigger.type !== 'start';
}

/** With a trigger that goes on where it is the one that is stored. */
function continuing<Given extends JobPatch>(job: StoredJob, given: Given, now: Date): Given {
  if (given.trigger === undefined) return given;
  const from = replanFrom(job, now);
  return { ...given, trigger: continued(job.trigger, given.trigger, from, job.id) };
}

/** A patch without fields that hold nothing. */
function withoutGaps(patch: JobPatch): JobPatch {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}

/** All that a patch can change, as the declaration has it or leaves it to the defaults. */
function saidBy(declared: DeclaredJob, now: Date): JobPatch {
  const { trigger, payload } = declared;
  return {
    ...jobPolicySchema.parse({}),
    deleteWhenDone: false,
    ...declared,
    tags: [...declared.tags],
    payload: payload ?? null,
    // What fires after a start had its turn at this one, and is armed anew at the next.
    trigger: trigger.type === 'start' ? { type: 'date', at: now.toISOString() } : trigger,
  };
}
