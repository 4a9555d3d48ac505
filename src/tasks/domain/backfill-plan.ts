import { InvalidInputError } from './errors.js';
import { fatesOf, type Fate, type Standing } from './overlap.js';
import type { StoredJob } from './job-definition.js';
import type { Backfill } from '../domain/job-requests.js';
import { readable } from './job-trigger.js';

export interface BackfillPlan {
  readonly fireTimes: readonly Date[];
  readonly more: boolean;
}

/**
 * The fire times that a backfill is about, the earliest first.
 *
 * @throws InvalidInputError, WrongStateError
 */
export function planBackfill(job: StoredJob, ask: Backfill, now: Date): BackfillPlan {
  if (ask.from > ask.to) throw refused('/from', 'must not be later than `to`');
  if (ask.to > now) throw refused('/to', `must not be later than now, ${now.toISOString()}`);
  if (ask.overlap === 'cancel-previous') {
    throw refused(
      '/overlap',
      'cannot be "cancel-previous", as each fire time would cancel the one before: ' +
        'take "buffer-all" to run one after the other',
    );
  }
  const trigger = readable(job);
  const fireTimes: Date[] = [];
  let at = trigger.next(new Date(ask.from.getTime() - 1));
  for (; at !== null && at <= ask.to && fireTimes.length < ask.limit; at = trigger.next(at)) {
    fireTimes.push(at);
  }
  return { fireTimes, more: at !== null && at <= ask.to };
}

/** What becomes of each of so many runs, one after the other. Those that wait have no limit. */
export function placeBackfill(
  { maxInstances }: StoredJob,
  { overlap }: Backfill,
  standing: Standing,
  runs: number,
): readonly Fate[] {
  return fatesOf({ maxInstances, overlap, bufferLimit: Infinity }, standing, runs);
}

const refused = (pointer: string, message: string) =>
  new InvalidInputError('The backfill', [{ pointer, message }]);
