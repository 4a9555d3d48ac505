import type { FieldSet } from '../cron/field-set.js';
import { listed, ordinal, seriesOf, stepOf } from './in-words.js';
import type { TimeOfDay } from '../cron/time-of-day.js';
import { timeText } from '../time/wall-text.js';

/** More times of day than this are told by hours and minutes. */
const MAX_TIMES = 6;

/** `at 09:00 and 17:00`, `every 5 minutes from 09:00 to 17:59`. */
export function describeTime({ hours, minutes, seconds, size }: TimeOfDay): string {
  if (size <= MAX_TIMES) {
    const times = hours.values.flatMap((hour) =>
      minutes.values.flatMap((minute) =>
        seconds.values.map((second) => timeText(hour * 3_600 + minute * 60 + second)),
      ),
    );
    return `at ${listed(times)}`;
  }
  const parts: string[] = [];
  if (!isOnly(seconds, 0)) parts.push(unit('second', seconds));
  const isSteady = parts[0]?.startsWith('every') ?? false;
  const saysMinutes = !isSteady || !isAll(minutes, 60);
  if (saysMinutes) parts.push(unit('minute', minutes));
  const steps = parts.at(-1)?.startsWith('every') ?? false;
  const hour = hourPhrase(hours, steps);
  return `${parts.join(' of ').replace(' of at ', ' of ')}${hour}`;
}

function hourPhrase(hours: FieldSet, isSteady: boolean): string {
  if (isAll(hours, 24)) return isSteady ? '' : ' of every hour';
  const values = hours.values;
  const step = stepOf(values, 24);
  // From midnight on, a step that does not divide the day does not go on into the next.
  if (step !== null && step > 1 && (hours.first > 0 || 24 % step === 0)) {
    const from = hours.first === 0 ? '' : ` from ${timeText(hours.first * 3_600)}`;
    return ` of every ${ordinal(step)} hour${from}`;
  }
  const run = seriesOf(values, 24);
  if (run) {
    return ` from ${timeText(run.first * 3_600)} to ${timeText(run.last * 3_600 + 59 * 60)}`;
  }
  return values.length === 1
    ? ` from ${timeText(hours.first * 3_600)} to ${timeText(hours.first * 3_600 + 59 * 60)}`
    : ` in the hours ${listed(values)}`;
}

function unit(name: 'minute' | 'second', set: FieldSet): string {
  if (isAll(set, 60)) return `every ${name}`;
  const values = set.values;
  const step = stepOf(values, 60);
  if (step !== null && set.first === 0 && 60 % step === 0) return `every ${step} ${name}s`;
  return `at ${name}${values.length > 1 ? 's' : ''} ${listed(values)}`;
}

const isAll = (set: FieldSet, size: number) => set.size === size;
const isOnly = (set: FieldSet, value: number) => set.size === 1 && set.first === value;
