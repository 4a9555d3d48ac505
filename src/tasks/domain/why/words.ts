import { MAX_WAITING } from './circumstances.js';
import type { Run } from '../run.js';

/** `run 12 of 2026-03-02T12:00:00.000Z`, the fire time being what people look for. */
export function runLabel({ id, cause, fireAt }: Run): string {
  const of = cause === 'manual' ? 'asked for at' : 'of';
  return `run ${id}, ${of} ${fireAt.toISOString()},`;
}

/** `, because of …`: whatever somebody gave as the reason, or nothing. */
export const because = (reason: string | null): string => (reason ? ` ("${reason}")` : '');

export const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const;

/** In the largest unit that it is a whole number of: `24 h` is `1 d`, 1,500 are `1500 ms`. */
export function duration(ms: number): string {
  const [unit, name] = UNITS.find(([size]) => ms >= size && ms % size === 0) ?? [1, 'ms'];
  return `${ms / unit} ${name}`;
}

/** What went wrong, in a line: messages may be pages long. */
export function errorLine({ error }: Run): string {
  if (!error) return '';
  const [first = ''] = `${error.name}: ${error.message}`.split('\n', 1);
  const line = first.replace(/[.\s]+$/, '');
  return `: ${line.length <= MAX_LINE ? line : `${line.slice(0, MAX_LINE)}…`}`;
}

const MAX_LINE = 200;

/** A sentence begins with a capital. */
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `1 run is`, `2 runs are`: or more, where no more were looked at. */
export function atLeast(n: number): string {
  if (n >= MAX_WAITING) return `At least ${n} runs are`;
  return `${counted(n, 'run')} ${n === 1 ? 'is' : 'are'}`;
}

/** `Its last 3 fire times, up to …, were`. @param runs newest first, not none */
export function lastFireTimes(runs: readonly Run[]): string {
  const last = runs[0]?.fireAt.toISOString() ?? 'unknown';
  return runs.length === 1
    ? `Its last fire time, ${last}, was`
    : `Its last ${runs.length} fire times, up to ${last}, were`;
}
