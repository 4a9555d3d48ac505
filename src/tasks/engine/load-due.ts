import type { DueJob, DueJobKey, DueJobs, FireLedger } from '../store/fire-ledger.js';

/** How far ahead jobs are loaded, and how many at once. */
const LOOK_AHEAD_MS = 10_000;
const MOST_LOADED = 2_000;

export interface Loaded extends Omit<DueJobs, 'more'> {
  /** All that is due up to here, from the live ones on, has been loaded. */
  readonly until: Date;
  /** There is more to catch up on than was loaded. */
  readonly moreToCatchUp: boolean;
}

/**
 * Reads what is due soon. The earliest come first, so a long backlog would hide the live ones behind
 * it; where nothing else was loaded, they are read on their own.
 *
 * @param liveFrom what was due before this is to be caught up on
 */
export async function loadDue(
  fires: FireLedger,
  except: readonly DueJobKey[],
  liveFrom: Date,
): Promise<Loaded> {
  const due = await fires.due(LOOK_AHEAD_MS, MOST_LOADED, except);
  const last = due.jobs.at(-1);
  if (!due.more || !last || last.nextFireAt >= liveFrom) {
    return { ...due, until: horizonOf(due), moreToCatchUp: false };
  }
  const live = await fires.due(LOOK_AHEAD_MS, MOST_LOADED, except, liveFrom);
  const jobs: readonly DueJob[] = [...due.jobs, ...live.jobs];
  const unreadable = [...due.unreadable, ...live.unreadable];
  // The pauses are those of the first reading: they reach behind the earliest job.
  return { ...due, jobs, unreadable, at: live.at, until: horizonOf(live), moreToCatchUp: true };
}

/** Where there was more than was loaded, only the fire times before the last are all known. */
function horizonOf({ jobs, more, at }: DueJobs): Date {
  if (!more) return new Date(at.getTime() + LOOK_AHEAD_MS);
  return jobs.at(-1)?.nextFireAt ?? at;
}
