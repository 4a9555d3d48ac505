const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS = [
  [DAY, 'd'],
  [HOUR, 'h'],
  [MINUTE, 'min'],
  [SECOND, 's'],
] as const;

/** A length of time by its two largest units: `7 h 41 min`, `2.1 s`, `310 ms`. */
export function duration(ms: number): string {
  const size = Math.max(0, ms);
  if (size < SECOND) return `${trimmed(size)} ms`;
  if (size < 10 * SECOND) return `${trimmed(size / SECOND)} s`;
  const whole = Math.round(size / SECOND) * SECOND;
  const at = UNITS.findIndex(([unit]) => whole >= unit);
  const [unit, name] = UNITS[at] ?? [SECOND, 's'];
  const rest = UNITS[at + 1];
  const count = Math.floor(whole / unit);
  const left = rest ? Math.floor((whole % unit) / rest[0]) : 0;
  return rest && left > 0 ? `${count} ${name} ${left} ${rest[1]}` : `${count} ${name}`;
}

/** The same in one unit, for where there is little room: `7 h`. */
export function roughly(ms: number): string {
  const size = Math.abs(ms);
  const found = UNITS.find(([unit]) => size >= unit);
  return found ? `${Math.floor(size / found[0])} ${found[1]}` : '0 s';
}

/** How far an instant is from now: `in 18 min`, `6 h ago`, `now`. */
export function distance(at: number, now: number): string {
  const ms = at - now;
  if (Math.abs(ms) < SECOND) return 'now';
  return ms > 0 ? `in ${roughly(ms + 500)}` : `${roughly(ms)} ago`;
}

const trimmed = (value: number) =>
  value < 10 ? String(Math.round(value * 10) / 10) : String(Math.round(value));
