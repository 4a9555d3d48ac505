import { AndRule } from './rules/and-rule.js';
import { BoundedRule } from './rules/bounded-rule.js';
import { mergeIntervals } from './rules/common-grid.js';
import { compilePlain } from './compile-plain.js';
import { ExcludeRule } from './rules/exclude-rule.js';
import { ExcludedRanges } from './rules/excluded-ranges.js';
import type { Exclusion } from './rules/exclusion.js';
import { endOf, startOf } from './time/instant-text.js';
import { OrRule } from './rules/or-rule.js';
import type { Rule } from './rules/rule.js';
import { WeeklyWindow } from './rules/weekly-window.js';
import type { Budget } from './time/budget.js';
import { DAY_MS, FIRST_INSTANT, LAST_INSTANT } from './time/calendar.js';
import { WEEKDAYS } from './cron/field-shape.js';
import type { ExcludeSpec } from './exclude-spec.js';
import type { Surroundings } from './surroundings.js';
import type { TriggerSpec } from './trigger-spec.js';
import { fixedZone, zoneOf, type Zone } from './time/zone.js';

/** The rule that a spec describes. @throws InvalidInputError */
export function compileTrigger(spec: TriggerSpec, around: Surroundings, pointer = ''): Rule {
  const here: Surroundings = {
    ...around,
    zone: zoneFor(spec) ?? around.zone,
    gap: spec.gap ?? around.gap,
    fold: spec.fold ?? around.fold,
  };
  const rule = excluded(bounded(unbounded(spec, here, pointer), spec, here), spec, here);
  around.inspect?.({ spec, rule, pointer, zone: here.zone });
  return rule;
}

function unbounded(spec: TriggerSpec, here: Surroundings, pointer: string): Rule {
  if (!('triggers' in spec)) return compilePlain(spec, here, pointer);
  const rules = spec.triggers.map((inner, i) =>
    compileTrigger(inner, here, `${pointer}/triggers/${i}`),
  );
  return spec.type === 'and' ? new AndRule(mergeIntervals(rules)) : new OrRule(rules);
}

function bounded(rule: Rule, spec: TriggerSpec, { zone, budget }: Surroundings): Rule {
  const { startAt, endAt } = spec;
  // An interval has its bounds in itself, where they cost nothing.
  if (spec.type === 'interval' || (startAt === undefined && endAt === undefined)) return rule;
  return new BoundedRule(
    rule,
    startAt === undefined ? FIRST_INSTANT : startOf(startAt, zone, budget),
    endAt === undefined ? LAST_INSTANT : endOf(endAt, zone, budget),
  );
}

function excluded(rule: Rule, { exclude }: TriggerSpec, { zone, budget }: Surroundings): Rule {
  if (exclude === undefined) return rule;
  return new ExcludeRule(rule, compileExclude(exclude, zone, budget));
}

function compileExclude(
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

function zoneFor({ timeZone, utcOffset }: TriggerSpec): Zone | undefined {
  if (utcOffset !== undefined) return fixedZone(utcOffset);
  return timeZone === undefined ? undefined : zoneOf(timeZone);
}
