import { isSwitchedOff, switchedOff, switchedOn } from './declaration.js';
import { orphaned, resumed, revived } from './job-changes.js';
import type { JobChange, StoredJob } from './job-definition.js';

/**
 * What time and deploys make of a job, beside its fires. Pure: a store finds jobs for which something
 * may have to be done, locks each, and asks here whether that still holds.
 *
 *            pause is over
 *   paused ─────────────────▶ active
 *            for long nobody alive has known it              its code has returned
 *   active ───────────────────────────────────▶ orphaned ───────────────────────────▶ active
 *            for long all who know it have disabled it            one of them runs it
 *   active ───────────────────────────────────────────▶ paused ──────────────────────▶ active
 *              all its runs have ended
 *   finished ───────────────────────────▶ removed, if it was made to be, or is as old as its history
 */
export const CARES = ['resume', 'revive', 'orphan', 'remove'] as const;
export type Care = (typeof CARES)[number];

export interface CareOptions {
  /** When a silent node counts as dead, in milliseconds. */
  readonly deadAfterMs: number;
  /** A job that no live worker knows for so long becomes an orphan, in milliseconds. */
  readonly orphanAfterMs: number;
  /** How long finished jobs that were made at run time are kept, in days. */
  readonly retentionDays: number;
}

/** What is so around a locked job. */
export interface JobFacts {
  /** A live worker knows its task and, if it was declared, a live node declares it. */
  readonly known: boolean;
  /** A live node declares it, and none is to run it. */
  readonly disabled: boolean;
  /** Some of its runs have not ended. */
  readonly unfinished: boolean;
  /** The ledger has runs of it. */
  readonly recorded: boolean;
  readonly now: Date;
}

const DAY_MS = 86_400_000;

/** What is to be done for a job after all; null: nothing any more. */
export function careFor(
  care: Care,
  job: StoredJob,
  facts: JobFacts,
  options: CareOptions,
): JobChange | 'remove' | null {
  const { known, now } = facts;
  // A row that this version cannot read is written nowhere.
  if (job.state === 'unreadable') return null;
  switch (care) {
    case 'resume':
      return isOver(job, now) ? resumed(job, 'skip', lastPaused(job)) : null;
    case 'revive':
      if (!known) return null;
      if (job.orphanedAt !== null) return revived(job, now);
      return isSwitchedOff(job) ? switchedOn(job, now) : null;
    case 'orphan':
      if (known || !isLost(job, now, options)) return null;
      if (!facts.disabled) return orphaned(job, now);
      return job.paused ? null : switchedOff(job, now);
    case 'remove':
      return isDone(job, facts, options) ? 'remove' : null;
  }
}

const isOver = ({ paused, pausedUntil }: StoredJob, now: Date) =>
  paused && pausedUntil !== null && pausedUntil <= now;

/**
 * The last instant of a pause that is over. The job goes on from there and not from when a leader
 * noticed: what it was to fire since then is late, not paused.
 */
function lastPaused({ pausedUntil, idleSince }: StoredJob): Date {
  return new Date(Math.max(pausedUntil!.getTime() - 1, idleSince?.getTime() ?? 0));
}

function isLost({ state, unknownSince }: StoredJob, now: Date, { orphanAfterMs }: CareOptions) {
  const unknownMs = unknownSince === null ? -1 : now.getTime() - unknownSince.getTime();
  return (state === 'active' || state === 'paused') && unknownMs >= orphanAfterMs;
}

/** Finished means that it fires no more; what it has fired may still be going on. */
function isDone(
  { state, deleteWhenDone, origin, updatedAt, lastFireAt }: StoredJob,
  facts: JobFacts,
  { retentionDays }: CareOptions,
): boolean {
  if (state !== 'finished' || facts.unfinished) return false;
  if (deleteWhenDone) return true;
  const touchedAt = lastFireAt !== null && lastFireAt > updatedAt ? lastFireAt : updatedAt;
  const old = facts.now.getTime() - touchedAt.getTime() > retentionDays * DAY_MS;
  return origin === 'api' && old && !facts.recorded;
}
