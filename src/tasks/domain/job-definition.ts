import type { SkippedRange } from './fire-plan.js';
import type { Job, JobOrigin, JobPatch, JobPolicy, JobState, NewJob } from './job.js';
import type { TriggerSpec } from '../triggers/trigger-spec.js';
import type { DeclaredJob } from '../domain/declared-job.js';
import { anchored, firstOf } from './job-trigger.js';

/** What stands in a job's row, whoever made it. */
export interface JobDefinition extends JobPolicy {
  readonly id: string;
  readonly name: string;
  readonly task: string;
  readonly payload: unknown;
  readonly trigger: TriggerSpec;
  readonly tags: readonly string[];
  readonly deleteWhenDone: boolean;
  readonly origin: JobOrigin;
  readonly paused: boolean;
  readonly pauseReason: string | null;
  readonly pausedAt: Date | null;
  readonly pausedUntil: Date | null;
  /** What the declaration says, and what tells it from another. */
  readonly declared: DeclaredJob | null;
  readonly declaredHash: string | null;
  /** Hashes of declarations that were in force before the current one, oldest first. */
  readonly formerHashes: readonly string[];
  /** What somebody changed of the declaration. */
  readonly overrides: JobPatch;
  /** Of a job that fires after each cold start: the start for which it was armed last. */
  readonly generation: string | null;
  readonly unknownSince: Date | null;
  readonly orphanedAt: Date | null;
  /** Since when it has no plan though it is not finished: fire times after it are in no row yet. */
  readonly idleSince: Date | null;
}

/** A job and its plan, as they are stored. */
export interface StoredJob extends JobDefinition {
  readonly state: JobState;
  readonly nextFireAt: Date | null;
  readonly lastFireAt: Date | null;
  readonly revision: number;
  /** How many runs its trigger has started. */
  readonly fired: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What a change of a job writes, in one transaction. */
export interface JobChange {
  readonly definition: JobDefinition;
  readonly nextFireAt: Date | null;
  /** Fire times of the old plan that nobody has dealt with. */
  readonly skipped: SkippedRange | null;
  /** What becomes of pending runs of its fire times. */
  readonly pending: 'keep' | 'hold' | 'release';
}

/** A job as its users see it. */
export function jobOf({
  declared: _declared,
  declaredHash: _hash,
  formerHashes: _former,
  generation: _generation,
  orphanedAt: _orphanedAt,
  idleSince: _idleSince,
  fired: _fired,
  overrides,
  ...job
}: StoredJob): Job {
  return { ...job, overridden: Object.keys(overrides) };
}

/** The reason that a job has which somebody made paused. */
export const MADE_PAUSED = 'made paused';

/** A job that somebody makes at run time. @throws InvalidInputError when it would never fire */
export function newJob(
  { name, paused, ...job }: NewJob,
  origin: JobOrigin,
  now: Date,
): Pick<JobChange, 'definition' | 'nextFireAt'> {
  const trigger = anchored(job.trigger, now, job.id);
  const first = firstOf(trigger, now, job.id);
  return {
    nextFireAt: paused ? null : first,
    definition: {
      ...job,
      ...NOT_DECLARED,
      name: name ?? job.id,
      trigger,
      origin,
      paused,
      pauseReason: paused ? MADE_PAUSED : null,
      pausedAt: paused ? now : null,
      idleSince: paused ? now : null,
    },
  };
}

const NOT_DECLARED = {
  pausedUntil: null,
  declared: null,
  declaredHash: null,
  formerHashes: [],
  overrides: {},
  generation: null,
  unknownSince: null,
  orphanedAt: null,
} as const;

/** What the state of a job is, from what it says and whether it fires again. */
export function stateOf(job: JobDefinition, nextFireAt: Date | null): JobState {
  if (job.orphanedAt !== null) return 'orphaned';
  if (job.paused) return 'paused';
  return nextFireAt === null ? 'finished' : 'active';
}
