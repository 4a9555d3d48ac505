import { DAY_MS } from './time/calendar.js';
import { AT_FIXED_TIMES } from './time/clock-policy.js';
import { instantsOf, wallOf } from './time/wall-time.js';
import { zoneOf } from './time/zone.js';

/**
 * When the days of a zone begin, from the one that `from` is in up to the first that begins at `to` or
 * later. A clock change makes one shorter or longer.
 */
export function daysOf(timeZone: string, from: Date, to: Date): Date[] {
  const zone = zoneOf(timeZone);
  const days: Date[] = [];
  let wall = Math.floor(wallOf(from.getTime(), zone) / DAY_MS) * DAY_MS;
  for (; ; wall += DAY_MS) {
    const [at] = instantsOf(wall, zone, AT_FIXED_TIMES);
    days.push(new Date(at!));
    if (at! >= to.getTime()) return days;
  }
}

/** Whether it is the name of a zone in the IANA database. */
export { isTimeZone } from './time/zone.js';
