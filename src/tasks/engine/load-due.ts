import type { DueJobs } from '../store/fire-ledger.js';
import { SOON_MS } from '../store/wake-ups.js';
import type { PlannedFires } from './heard-fires.js';
import type { DueJobKey } from '../domain/due-job.js';

/** How far ahead jobs are loaded, and how many at once. */
const LOOK_AHEAD_MS = SOON_MS;
const MAX_LOADED = 2_000;

/** What came due so recently is loaded however much is due before it. */
const RECENT_MS = 1_000;

/** More than that are read in the next turn. */
const MAX_PARTS = 4;

/** What is due between these is loaded, and there is more after it that is not. */
export interface Gap {
  readonly from: Date;
  readonly to: Date;
}

export interface Loaded extends Omit<DueJobs, 'more'> {
  /** All that is due up to here, but for the gaps, has been loaded. */
  readonly until: Date;
  /** When there is none left of one of these, it is time to load again. */
  readonly gaps: readonly Gap[];
}

/**
 * Reads what is due soon. The earliest come first, so what an outage has left would hide the live ones
 * behind it, and a flood of live ones what came due after it: where there is more than is loaded at once,
 * each of these is read on its own, what comes after the flood's instant as well as what has just come due.
 *
 * @param liveFrom what was due before this is to be caught up on
 */
export async function loadDue(
  fires: PlannedFires,
  except: readonly DueJobKey[],
  liveFrom: Date,
): Promise<Loaded> {
  const parts: DueJobs[] = [];
  const gaps: Gap[] = [];
  const read = async (from?: Date) => {
    const part = await fires.due(LOOK_AHEAD_MS, MAX_LOADED, except, from);
    parts.push(part);
    const end = part.more ? (part.jobs.at(-1)?.nextFireAt ?? null) : null;
    if (end) gaps.push({ from: from ?? (end < liveFrom ? new Date(0) : liveFrom), to: end });
    return { end, at: part.at };
  };
  let { end, at } = await read();
  if (end && end < liveFrom) ({ end, at } = await read(liveFrom));
  // Of what is due at one instant there may be any number, and no more of it is read now.
  if (end && end <= at) ({ end, at } = await read(new Date(end.getTime() + 1)));
  while (end && end <= at && parts.length < MAX_PARTS) {
    const recent = Math.max(at.getTime() - RECENT_MS, end.getTime() + 1);
    ({ end, at } = await read(new Date(recent)));
  }
  const [first, last] = [parts[0]!, parts.at(-1)!];
  return {
    // They reach behind the earliest job.
    pauses: first.pauses,
    jobs: parts.flatMap(({ jobs }) => jobs),
    unreadable: parts.flatMap(({ unreadable }) => unreadable),
    at: last.at,
    until: horizonOf(last),
    gaps,
  };
}

/** Where there was more than was loaded, only the fire times before the last are all known. */
function horizonOf({ jobs, more, at }: DueJobs): Date {
  if (!more) return new Date(at.getTime() + LOOK_AHEAD_MS);
  return jobs.at(-1)?.nextFireAt ?? at;
}
