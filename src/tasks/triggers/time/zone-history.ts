import { DAY_MS, FIRST_INSTANT, LAST_INSTANT, SECOND_MS } from './calendar.js';

/** A stretch of time during which a zone's offset from UTC stays the same. Ends exclusively. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  /** What is added to UTC to get the wall time, in milliseconds. */
  readonly offset: number;
  /** The offsets on either side; the same as `offset` where the stretch was only cut. */
  readonly offsetBefore: number;
  readonly offsetAfter: number;
}

/**
 * The stretches of equal offset from `from` to `to`, and a little on either side: a rule that looks
 * at an instant must see the clock change a day before or after it.
 *
 * The offset is looked up every five days and the change between two different ones found by
 * halving. From 1970 on no zone changes its clocks twice in less than a week.
 */
export function findSegments(
  format: Intl.DateTimeFormat,
  from: number,
  to: number,
): readonly Segment[] {
  const start = Math.max(from - MARGIN_MS, FIRST_INSTANT);
  const end = Math.min(to + MARGIN_MS, LAST_INSTANT);
  const changes = [start];
  const texts = [offsetText(format, start)];
  for (let at = start; at < end;) {
    const then = Math.min(at + STEP_MS, end);
    const before = texts.at(-1) ?? '';
    if (offsetText(format, then) !== before) {
      const change = findChange(format, at, then, before);
      changes.push(change);
      texts.push(offsetText(format, change));
    }
    at = then;
  }
  const offsets = texts.map(offsetFrom);
  return changes.map((change, i) => ({
    from: change,
    to: changes[i + 1] ?? end + 1,
    offset: offsets[i]!,
    offsetBefore: offsets[i - 1] ?? offsets[i]!,
    offsetAfter: offsets[i + 1] ?? offsets[i]!,
  }));
}

const MARGIN_MS = 2 * DAY_MS;
const STEP_MS = 5 * DAY_MS;

/** The first second whose offset is not `before`, between one that has it and one that has not. */
function findChange(format: Intl.DateTimeFormat, from: number, to: number, before: string): number {
  let low = Math.floor(from / SECOND_MS);
  let high = Math.ceil(to / SECOND_MS);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetText(format, middle * SECOND_MS) === before) low = middle;
    else high = middle;
  }
  return high * SECOND_MS;
}

/** Such as "GMT-04:56:02", which is all of the offset that `Intl` tells. */
function offsetText(format: Intl.DateTimeFormat, at: number): string {
  const text = format.format(at);
  return text.slice(text.indexOf('GMT'));
}

function offsetFrom(text: string): number {
  const match = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
  if (!match) throw new Error(`Intl gave the offset "${text}", which cannot be read.`);
  const [, sign, hours, minutes, seconds] = match;
  if (sign === undefined) return 0;
  const size = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds ?? 0);
  return (sign === '-' ? -size : size) * SECOND_MS;
}
