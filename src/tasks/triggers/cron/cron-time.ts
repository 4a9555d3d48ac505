import { AS_TIME_PASSES, AT_FIXED_TIMES, type ClockPolicy } from '../time/clock-policy.js';
import { parseRanges, valuesOf, type CronRange, type RangeRules } from './cron-range.js';
import { HOUR, MINUTE, SECOND, sizeOf, YEAR, type FieldShape } from './field-shape.js';
import { FieldSet } from './field-set.js';
import { EVERY_YEAR, YearSet } from './year-set.js';
import { TimeOfDay } from './time-of-day.js';

/** A field that is a list of plain ranges, as it was written and as a set. */
export interface PlainField {
  readonly ranges: readonly CronRange[];
  readonly set: FieldSet;
}

/** @throws PatternError */
export function parsePlain(text: string, shape: FieldShape, rules: RangeRules): PlainField {
  const ranges = parseRanges(text, shape, rules);
  const values = ranges.flatMap((range) => [...valuesOf(range, shape)]);
  return { ranges, set: new FieldSet(values, shape.max) };
}

/** @throws PatternError */
export function parseYears(text: string, rules: RangeRules): YearSet {
  const ranges = parseRanges(text, YEAR, rules);
  return ranges.some(({ isWild, step }) => isWild && step === 1) ? EVERY_YEAR : new YearSet(ranges);
}

/**
 * The three time fields, and with them how a pattern takes clock changes. As in Vixie's cron: what
 * names its hours, minutes and seconds happens at fixed times of day; what leaves one of them open,
 * also as a step over the whole field, happens again and again as time passes.
 *
 * @throws PatternError
 */
export function parseTime(
  hour: string,
  minute: string,
  second: string,
  rules: RangeRules,
): { time: TimeOfDay; policy: ClockPolicy } {
  const hours = parsePlain(hour, HOUR, rules);
  const minutes = parsePlain(minute, MINUTE, rules);
  const seconds = parsePlain(second, SECOND, rules);
  const isOpen =
    leavesOpen(hours, HOUR) || leavesOpen(minutes, MINUTE) || leavesOpen(seconds, SECOND);
  return {
    time: new TimeOfDay(hours.set, minutes.set, seconds.set),
    policy: isOpen ? AS_TIME_PASSES : AT_FIXED_TIMES,
  };
}

const leavesOpen = ({ ranges, set }: PlainField, shape: FieldShape) =>
  ranges.some(({ isWild }) => isWild) || set.size === sizeOf(shape);
