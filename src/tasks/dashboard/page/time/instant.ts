/** How instants are written. A zone is an IANA name. */
export interface Clockface {
  readonly zone: string;
  readonly hour12: boolean;
}

export type Style = 'time' | 'minute' | 'date' | 'short' | 'full';

const DAY: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short' };
const MINUTE: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };
const SECOND: Intl.DateTimeFormatOptions = { ...MINUTE, second: '2-digit' };

const STYLES: Readonly<Record<Style, Intl.DateTimeFormatOptions>> = {
  minute: MINUTE,
  time: SECOND,
  date: { ...DAY, weekday: 'short' },
  short: { ...DAY, ...MINUTE },
  full: { ...DAY, year: 'numeric', weekday: 'short', ...SECOND, timeZoneName: 'short' },
};

const formats = new Map<string, Intl.DateTimeFormat>();

/** An instant as a clock in the zone shows it. This is the one place that writes instants. */
export function written(at: Date | number, style: Style, { zone, hour12 }: Clockface): string {
  const key = `${style} ${zone} ${hour12}`;
  let format = formats.get(key);
  if (!format) {
    const options: Intl.DateTimeFormatOptions = { ...STYLES[style], timeZone: zone };
    if (style !== 'date') options.hourCycle = hour12 ? 'h12' : 'h23';
    format = new Intl.DateTimeFormat('en-GB', options);
    formats.set(key, format);
  }
  return format.format(at);
}

/** The time, and the day beside it where that is not today: `10:00 today`, `03:00 tomorrow`. */
export function near(at: number, now: number, clock: Clockface): string {
  const time = written(at, 'time', clock).replace(/:00(?= |$)/, '');
  const days = dayOf(at, clock) - dayOf(now, clock);
  if (days === 0) return time;
  if (days === 1) return `${time} tomorrow`;
  if (days === -1) return `${time} yesterday`;
  return `${time}, ${written(at, 'date', clock)}`;
}

const dayFormats = new Map<string, Intl.DateTimeFormat>();

/** The number of the day in the zone, counted from 1970. */
function dayOf(at: number, { zone }: Clockface): number {
  let format = dayFormats.get(zone);
  if (!format) {
    const day = { day: 'numeric', month: 'numeric', year: 'numeric' } as const;
    format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...day });
    dayFormats.set(zone, format);
  }
  const [day, month, year] = format.format(at).split('/').map(Number);
  return Math.round(Date.UTC(year!, month! - 1, day) / 86_400_000);
}

/** For `<input type="datetime-local">`: the wall time of an instant, and the instant of a wall time. */
export function toInput(at: number, { zone }: Clockface): string {
  const shifted = new Date(at + offsetOf(at, zone));
  return shifted.toISOString().slice(0, 16);
}

export function fromInput(text: string, { zone }: Clockface): number {
  const wall = Date.parse(`${text}Z`);
  const guess = wall - offsetOf(wall, zone);
  return wall - offsetOf(guess, zone);
}

/** How far the zone is ahead of UTC at an instant, in ms. */
export function offsetOf(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  const wall = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return wall - Math.floor(at / 1_000) * 1_000;
}
