import { isDeepStrictEqual } from 'node:util';
import { WrongStateError } from './errors.js';
import { rangeOf, type SkippedRange } from './fire-plan.js';
import type { SkipReason } from './run.js';
import type { JobChange, JobDefinition, StoredJob } from './job-definition.js';
import type { Misses, PauseJob } from '../domain/job-requests.js';
import { nextOf, replanFrom, ruleOf } from './job-trigger.js';

/**
 * What a change of a job does to its row, its plan and its ledger. Pure, so that every store does the
 * same; a store reads the job under its locks, asks, and writes the answer in the same transaction.
 *
 * Two rules hold for each. A plan that is replaced leaves no gap: the fire times up to now that nobody
 * has dealt with become one skipped row. And a new plan begins now: what a trigger would have done
 * before it was given is not made up for.
 *
 *            pause                  resume
 *   active ─────────▶ idle since t ─────────▶ active      the fire times in between: one `paused` row
 *            orphan                 revive                                       one `orphaned` row
 *
 * What can go wrong, and why it does not:
 *
 * - The database's clock is set back. Nothing up to `lastFireAt` is planned or skipped again.
 * - A job is idle for both reasons, or a node of the version before left `idleSince` behind: only a
 *   job that is idle has one that counts, and whatever writes a range of it moves `lastFireAt`.
 * - This version cannot read the job. Nobody can tell its fire times, so none are recorded, and what
 *   needs to know them is refused. It can be paused, removed, and given what can be read.
 */

/**
 * Gives a job another definition, which may pause it or wake it. Its plan is another only if its
 * trigger or its end is, or if it had none or will have none.
 *
 * @throws WrongStateError
 */
export function redefined(job: StoredJob, definition: JobDefinition, now: Date): JobChange {
  const pauses = definition.paused && !job.paused;
  const wakes = isIdle(job) && !isIdle(definition);
  const keepsPlan =
    isDeepStrictEqual(definition.trigger, job.trigger) && definition.maxRuns === job.maxRuns;
  if (keepsPlan && !pauses && !wakes) return { ...unchanged(job), definition };
  const idle = isIdle(definition);
  const idleSince = keepsPlan ? idleFrom(job, now) : now;
  return {
    definition: { ...definition, idleSince: idle ? idleSince : null },
    nextFireAt: idle ? null : nextOf(definition, job.fired, replanFrom(job, now)),
    skipped: undealt(job, now, 'replaced'),
    pending: pauses ? 'hold' : wakes ? 'release' : 'keep',
  };
}

export function paused(job: StoredJob, { reason, until }: PauseJob, now: Date): JobChange {
  return {
    definition: {
      ...job,
      paused: true,
      pauseReason: reason ?? null,
      pausedUntil: until ?? null,
      pausedAt: (job.paused ? job.pausedAt : null) ?? now,
      idleSince: idleFrom(job, now),
    },
    nextFireAt: null,
    skipped: job.paused ? null : undealt(job, now, 'paused'),
    pending: 'hold',
  };
}

/**
 * @param misses `once` fires the last fire time that was missed, if there is one
 * @throws WrongStateError
 */
export function resumed(job: StoredJob, misses: Misses, now: Date): JobChange {
  const awake = { ...job, paused: false, pauseReason: null, pausedUntil: null, pausedAt: null };
  const orphan = job.orphanedAt !== null;
  const missed = misses === 'once' && !orphan ? lastMissed(job, now) : null;
  return {
    definition: { ...awake, idleSince: orphan ? now : null },
    nextFireAt: orphan ? null : (missed ?? nextOf(job, job.fired, replanFrom(job, now))),
    skipped: idleRange(job, missed ?? after(now)),
    pending: 'release',
  };
}

/**
 * What is declared belongs to its declaration, which would bring it back. An orphan is declared by
 * nobody.
 *
 * @throws WrongStateError
 */
export function refuseToRemove({ id, origin, orphanedAt }: StoredJob): void {
  if (origin === 'api' || orphanedAt !== null) return;
  const where = origin === 'declared' ? 'code' : 'the configuration';
  throw new WrongStateError(
    `The job "${id}" is declared by ${where}, so the next start would bring it back. Pause it, or set ` +
      '"disabled" in its declaration, or take the declaration away.',
  );
}

/** For so long nobody has known the job's task that it is not fired any more. */
export function orphaned(job: StoredJob, now: Date): JobChange {
  return {
    definition: { ...job, orphanedAt: now, idleSince: idleFrom(job, now) },
    nextFireAt: null,
    skipped: undealt(job, now, 'orphaned'),
    pending: 'keep',
  };
}

/** Its code has returned. What this version cannot read stays an orphan, for one that can. */
export function revived(job: StoredJob, now: Date): JobChange {
  if (job.orphanedAt !== null && ruleOf(job) === null) return unchanged(job);
  const definition = { ...job, orphanedAt: null, unknownSince: null };
  if (job.orphanedAt === null || job.paused) return { ...unchanged(job), definition };
  return {
    definition: { ...definition, idleSince: null },
    nextFireAt: nextOf(job, job.fired, replanFrom(job, now)),
    skipped: idleRange(job, after(now)),
    pending: 'keep',
  };
}

/** The fire times up to now that are in no row, as one; null: there are none, or nobody can tell. */
export function undealt(job: StoredJob, now: Date, reason: SkipReason): SkippedRange | null {
  if (isIdle(job)) return idleRange(job, after(now));
  const rule = ruleOf(job);
  if (rule === null || job.nextFireAt === null || job.nextFireAt > now) return null;
  return rangeOf(rule, reason, job.nextFireAt, after(now));
}

export function unchanged(job: StoredJob): JobChange {
  return { definition: job, nextFireAt: job.nextFireAt, skipped: null, pending: 'keep' };
}

/** Neither fired nor finished: paused, or an orphan. */
const isIdle = ({ paused: isPaused, orphanedAt }: JobDefinition) => isPaused || orphanedAt !== null;

/** Since when a job is idle that is made so now; null: it is finished, and misses nothing. */
const idleFrom = (job: StoredJob, now: Date) =>
  isIdle(job) ? job.idleSince : job.nextFireAt && now;

/** What an idle job has missed before `until`. */
function idleRange(job: StoredJob, until: Date): SkippedRange | null {
  const rule = ruleOf(job);
  if (rule === null || job.idleSince === null || hasEnded(job)) return null;
  const reason: SkipReason = job.paused ? 'paused' : 'orphaned';
  return rangeOf(rule, reason, after(replanFrom(job, job.idleSince)), until);
}

function lastMissed(job: StoredJob, now: Date): Date | null {
  if (job.idleSince === null || hasEnded(job)) return null;
  const last = ruleOf(job)?.previous(after(now)) ?? null;
  return last !== null && last > replanFrom(job, job.idleSince) ? last : null;
}

const hasEnded = ({ maxRuns, fired }: StoredJob) => maxRuns !== null && fired >= maxRuns;

const after = (at: Date) => new Date(at.getTime() + 1);
