import { dayNumber } from './time/calendar.js';
import { CalendarIntervalRule } from './rules/calendar-interval-rule.js';
import { AT_FIXED_TIMES, type ClockPolicy } from './time/clock-policy.js';
import { CRON_FIELDS } from './cron/cron-fields.js';
import type { CronPattern } from './cron/cron-pattern.js';
import { CronRule } from './cron/cron-rule.js';
import { DateRule } from './rules/date-rule.js';
import { hashed } from './cron/hashed-fields.js';
import { endOf, readInstant, startOf } from './time/instant-text.js';
import { IntervalRule } from './rules/interval-rule.js';
import { expressionPattern, fieldsPattern } from './cron/pattern-cache.js';
import { PatternError } from './cron/pattern-error.js';
import { refuse } from './refuse.js';
import type { Rule } from './rules/rule.js';
import type { Surroundings } from './surroundings.js';
import {
  MAX_PERIOD_MS,
  periodMs,
  MIN_PERIOD_MS,
  type CalendarIntervalSpec,
  type CronSpec,
  type DateSpec,
  type IntervalSpec,
  type PlainSpec,
} from './trigger-spec.js';
import { instantsOf } from './time/wall-time.js';

/** @throws InvalidInputError */
export function compilePlain(spec: PlainSpec, here: Surroundings, pointer: string): Rule {
  switch (spec.type) {
    case 'cron': {
      const { wall, policy } = patternOf(spec, here, pointer);
      return new CronRule(wall, here.zone, policyOf(policy, here));
    }
    case 'interval':
      return intervalOf(spec, here, pointer);
    case 'date':
      return new DateRule(datesOf(spec, here));
    case 'calendar-interval':
      return calendarIntervalOf(spec, here, pointer);
  }
}

function policyOf(usual: ClockPolicy, { gap, fold }: Surroundings): ClockPolicy {
  return gap === undefined && fold === undefined
    ? usual
    : { gap: gap ?? usual.gap, fold: fold ?? usual.fold };
}

/** @throws InvalidInputError */
export function patternOf(
  spec: CronSpec,
  { seed }: Pick<Surroundings, 'seed'>,
  pointer: string,
): CronPattern {
  const { expression, fields, dayMatch = 'either' } = spec;
  try {
    if (expression !== undefined) return expressionPattern(hashed(expression, seed), dayMatch);
    const given = Object.entries(fields ?? {}).filter(([, text]) => text !== undefined);
    return fieldsPattern(Object.fromEntries(given.map(([field, text]) => [field, String(text)])));
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    if (expression !== undefined) {
      throw refuse(
        `${pointer}/expression`,
        `"${expression}" is not a cron expression: ${error.message}`,
      );
    }
    const field = CRON_FIELDS.find((name) => name === error.field) ?? 'day';
    throw refuse(`${pointer}/fields/${field}`, `is not valid: ${error.message}`);
  }
}

function intervalOf(spec: IntervalSpec, { zone, budget }: Surroundings, pointer: string): Rule {
  const period = periodMs(spec);
  if (!(period >= MIN_PERIOD_MS && period <= MAX_PERIOD_MS)) {
    throw refuse(
      pointer,
      `must add up to a period from ${MIN_PERIOD_MS} ms to ${MAX_PERIOD_MS} ms (100 years)`,
    );
  }
  const anchor = spec.startAt === undefined ? 0 : startOf(spec.startAt, zone, budget);
  return spec.endAt === undefined
    ? new IntervalRule(period, anchor)
    : new IntervalRule(period, anchor, endOf(spec.endAt, zone, budget));
}

function datesOf({ at }: DateSpec, here: Surroundings): readonly number[] {
  const read = readInstant(at);
  if (read.kind === 'instant') return [read.at];
  return instantsOf(read.wall, here.zone, policyOf(AT_FIXED_TIMES, here), here.budget);
}

function calendarIntervalOf(spec: CalendarIntervalSpec, here: Surroundings, pointer: string): Rule {
  const { years = 0, months = 0, weeks = 0, days = 0, hour = 0, minute = 0, second = 0 } = spec;
  const step = { months: years * 12 + months, days: weeks * 7 + days };
  if (step.months + step.days === 0) {
    throw refuse(pointer, 'must add up to at least one day: give years, months, weeks or days');
  }
  const [year = 1970, month = 1, day = 1] = (spec.startAt ?? '1970-01-01').split('-').map(Number);
  const start = dayNumber(year, month, day);
  const time = hour * 3_600 + minute * 60 + second;
  return new CalendarIntervalRule(
    { ...step, start, time },
    here.zone,
    policyOf(AT_FIXED_TIMES, here),
  );
}
