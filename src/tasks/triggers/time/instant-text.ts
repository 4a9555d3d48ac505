import { z } from 'zod';
import type { Budget } from './budget.js';
import { DAY_MS } from './calendar.js';
import { locate } from './wall-time.js';
import type { Zone } from './zone.js';

/**
 * Instants in a spec: RFC 3339, such as `2026-11-23T08:00:00Z`, or without a zone, and then read in
 * the zone of the trigger. Bounds may also be a date alone, which stands for the whole day.
 */
const withZone = z.iso.datetime({ offset: true });
const withoutZone = z.iso.datetime({ local: true });
const dateAlone = z.iso.date();

export const instantSchema = z
  .union([withZone, withoutZone], {
    error:
      'must be an RFC 3339 instant, such as 2026-11-23T08:00:00Z, or without a zone: 2026-11-23T08:00:00',
  })
  .meta({ description: 'RFC 3339 instant; without a zone it is read in the zone of the trigger' });

export const boundSchema = z
  .union([withZone, withoutZone, dateAlone], {
    error: 'must be a date, such as 2026-11-23, or an instant, such as 2026-11-23T08:00:00Z',
  })
  .meta({
    description: 'RFC 3339 instant or date; read in the zone of the trigger if it has none',
  });

export const dateSchema = dateAlone.meta({ description: 'Date, such as 2026-11-23' });

export type InstantText =
  | { readonly kind: 'instant'; readonly at: number }
  | { readonly kind: 'wall'; readonly wall: number }
  | { readonly kind: 'day'; readonly wall: number };

export function readInstant(text: string): InstantText {
  if (!text.includes('T')) return { kind: 'day', wall: Date.parse(text) };
  if (/Z$|[+-]\d\d:?\d\d$/.test(text)) return { kind: 'instant', at: Date.parse(text) };
  return { kind: 'wall', wall: Date.parse(`${text}Z`) };
}

/** The first instant that a bound includes. */
export function startOf(text: string, zone: Zone, budget?: Budget): number {
  const read = readInstant(text);
  return read.kind === 'instant' ? read.at : firstAt(read.wall, zone, budget);
}

/** The last instant that a bound includes. */
export function endOf(text: string, zone: Zone, budget?: Budget): number {
  const read = readInstant(text);
  if (read.kind === 'instant') return read.at;
  if (read.kind === 'day') return firstAt(read.wall + DAY_MS, zone, budget) - 1;
  const { shownAt, afterGap } = locate(read.wall, zone, budget);
  return shownAt.at(-1) ?? (afterGap ?? read.wall) - 1;
}

/** Whether the clocks of the zone never show it. */
export function isInGap(text: string, zone: Zone, budget?: Budget): boolean {
  const read = readInstant(text);
  return read.kind === 'wall' && locate(read.wall, zone, budget).afterGap !== null;
}

/** The first instant that shows a wall time, or the first after the gap that it is in. */
function firstAt(wall: number, zone: Zone, budget?: Budget): number {
  const { shownAt, afterGap } = locate(wall, zone, budget);
  return afterGap ?? shownAt[0] ?? wall;
}
