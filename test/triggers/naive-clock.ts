import { wallAt, type Wall } from './naive-cron.js';

/**
 * What the clocks of a zone show, minute by minute, as `Intl` says it. The code under test asks
 * `Intl` seldom and reckons between; here every minute is asked for.
 */
const MINUTE = 60_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** The wall time at an instant, written as the milliseconds that it would be in UTC. */
export function shownAt(at: number, timeZone: string): number {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, format);
  }
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = format
    .format(at)
    .split(/\D+/)
    .map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** One minute of real time, and what the clocks show. */
export interface ShownMinute {
  readonly at: number;
  readonly wall: Wall;
  /** Which showing of this wall minute it is, within the window. */
  readonly pass: 'only' | 'first' | 'second';
}

export interface Window {
  readonly timeZone: string;
  readonly minutes: readonly ShownMinute[];
  /** The minutes that are left out, each with the first instant after them. */
  readonly missing: readonly { readonly wall: Wall; readonly instead: number }[];
}

export function windowOf(timeZone: string, from: number, to: number): Window {
  const shown: { at: number; wall: number }[] = [];
  for (let at = from; at < to; at += MINUTE) shown.push({ at, wall: shownAt(at, timeZone) });
  const timesShown = new Map<number, number>();
  const missing: { wall: Wall; instead: number }[] = [];
  shown.forEach(({ at, wall }, i) => {
    timesShown.set(wall, (timesShown.get(wall) ?? 0) + 1);
    const before = shown[i - 1]?.wall ?? wall - MINUTE;
    for (let w = before + MINUTE; w < wall; w += MINUTE)
      missing.push({ wall: wallAt(w), instead: at });
  });
  const seen = new Set<number>();
  const minutes = shown.map(({ at, wall }): ShownMinute => {
    if (timesShown.get(wall) === 1) return { at, wall: wallAt(wall), pass: 'only' };
    const pass = seen.has(wall) ? 'second' : 'first';
    seen.add(wall);
    return { at, wall: wallAt(wall), pass };
  });
  return { timeZone, minutes, missing };
}

/** One zone for each history of clock changes in some years, and when they are. */
export function distinctHistories(
  fromYear: number,
  toYear: number,
): { timeZone: string; changes: readonly number[] }[] {
  const histories = new Map<string, { timeZone: string; changes: readonly number[] }>();
  for (const timeZone of ['UTC', ...Intl.supportedValuesOf('timeZone')]) {
    const from = Date.UTC(fromYear, 0, 1);
    const changes = changesOf(timeZone, from, Date.UTC(toYear + 1, 0, 1));
    const offsets = [from, ...changes].map((at) => shownAt(at, timeZone) - at);
    const key = `${changes.join()} ${offsets.join()}`;
    if (!histories.has(key)) histories.set(key, { timeZone, changes });
  }
  return [...histories.values()];
}

/** When the clocks are changed. */
export function changesOf(timeZone: string, from: number, to: number): number[] {
  const offset = (at: number) => shownAt(at, timeZone) - at;
  const changes: number[] = [];
  const day = 1_440 * MINUTE;
  for (let at = from; at < to; at += day) {
    if (offset(at) === offset(at + day)) continue;
    let low = at;
    let high = at + day;
    while (high - low > MINUTE) {
      const middle = low + Math.floor((high - low) / MINUTE / 2) * MINUTE;
      if (offset(middle) === offset(at)) low = middle;
      else high = middle;
    }
    changes.push(high);
  }
  return changes;
}
