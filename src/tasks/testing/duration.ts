const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A time span as tests write it: `25h`, `1.5d`, `90s`, `2h 30m`, or a number of milliseconds. */
export type Duration = number | string;

/** In milliseconds. @throws Error naming what was not understood */
export function durationMs(duration: Duration): number {
  if (typeof duration === 'number') return forwards(duration);
  const parts = duration.trim().split(/\s+/);
  return parts.reduce((sum, part) => sum + partMs(part, duration), 0);
}

function forwards(ms: number): number {
  if (ms >= 0 && Number.isFinite(ms)) return ms;
  throw new Error(`Time cannot be moved by ${ms} ms: it only goes on.`);
}

function partMs(part: string, whole: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(part) ?? [];
  const ms = UNITS[unit ?? ''];
  if (amount !== undefined && ms !== undefined) return Number(amount) * ms;
  throw new Error(`"${whole}" is no time span. Write it like "25h", "1d 12h" or "90s".`);
}
