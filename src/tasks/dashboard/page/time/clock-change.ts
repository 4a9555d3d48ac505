import { offsetOf } from './instant.js';

const DAY_MS = 86_400_000;
const YEAR_MS = 366 * DAY_MS;
const STEP_MS = 7 * DAY_MS;

/** When the clocks of a zone are changed next, to a minute; null: not within a year. */
export function nextClockChange(zone: string, after: number): number | null {
  for (let from = after; from < after + YEAR_MS; from += STEP_MS) {
    if (offsetOf(from, zone) === offsetOf(from + STEP_MS, zone)) continue;
    let before = from;
    let changed = from + STEP_MS;
    while (changed - before > 60_000) {
      const middle = Math.floor((before + changed) / 2);
      if (offsetOf(middle, zone) === offsetOf(from, zone)) before = middle;
      else changed = middle;
    }
    return Math.floor(changed / 60_000) * 60_000;
  }
  return null;
}
