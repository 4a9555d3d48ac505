import type { Budget } from './time/budget.js';
import { DAY_MS } from './time/calendar.js';
import type { ExcludeSpec } from './exclude-spec.js';
import { ExcludedRanges } from './rules/excluded-ranges.js';
import type { Exclusion } from './rules/exclusion.js';
import { WEEKDAYS } from './cron/field-shape.js';
import { endOf, startOf } from './time/instant-text.js';
import { WeeklyWindow } from './rules/weekly-window.js';
import type { Zone } from './time/zone.js';

export function compileExclude(
  { dates = [], ranges = [], weekly = [] }: ExcludeSpec,
  zone: Zone,
  budget?: Budget,
): readonly Exclusion[] {
  const days = dates.map((date) => ({ from: date, to: date }));
  const stretches = [...days, ...ranges].map(({ from, to }) => ({
    from: startOf(from, zone, budget),
    to: endOf(to, zone, budget),
  }));
  const windows = weekly.map(({ weekdays, from = '00:00', to = '24:00' }) => {
    const numbers = weekdays.map((weekday) => WEEKDAYS.indexOf(weekday));
    return new WeeklyWindow(new Set(numbers), timeOf(from), timeOf(to), zone);
  });
  return stretches.length > 0 ? [new ExcludedRanges(stretches), ...windows] : windows;
}

function timeOf(text: string): number {
  return text === '24:00' ? DAY_MS : Date.parse(`1970-01-01T${text}Z`);
}
