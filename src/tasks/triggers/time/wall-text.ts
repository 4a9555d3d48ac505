import { FIRST_INSTANT, LAST_INSTANT, SECOND_MS } from './calendar.js';

/** A wall time as `2026-03-29T03:00:00`, with milliseconds only where there are any. */
export function wallText(wall: number): string {
  // East of Greenwich, the last hours that a date can hold have no wall time that one can.
  const text = new Date(Math.min(Math.max(wall, FIRST_INSTANT), LAST_INSTANT)).toISOString();
  return wall % SECOND_MS === 0 ? text.slice(0, -5) : text.slice(0, -1);
}

/** `09:30`, or `09:30:15` where there are seconds. */
export function timeText(seconds: number): string {
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return [h, m, ...(s === 0 ? [] : [s])].map((n) => String(n).padStart(2, '0')).join(':');
}

/** An offset from UTC as `+05:30`. */
export function offsetText(offset: number): string {
  return `${offset < 0 ? '-' : '+'}${timeText(Math.abs(offset) / SECOND_MS)}`;
}
