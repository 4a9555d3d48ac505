import type { Days, DayTerm } from '../cron/day-set.js';
import type { FieldSet } from '../cron/field-set.js';
import { listed, MONTH_NAMES, ordinal, seriesOf, WEEKDAY_NAMES } from './in-words.js';

/** `on day 13 of the month or on Friday`; empty: every day. */
export function describeDays({ ofMonth, ofWeek, match, weeks }: Days): string {
  const byMonth = ofMonth && termsInWords(ofMonth);
  const byWeek = ofWeek && termsInWords(ofWeek);
  const week = weeks && `in ISO week ${listed(weeks.values)}`;
  const days =
    byMonth !== null && byWeek !== null
      ? `${byMonth}${match === 'either' ? ' or ' : ', if it is also '}${byWeek}`
      : (byMonth ?? byWeek);
  return [days, week].filter((part) => part !== null).join(' ');
}

/** `in January and July`; empty: every month. */
export function describeMonths(months: FieldSet): string {
  if (months.size === 12) return '';
  const values = months.values.map((month) => month - 1);
  const run = seriesOf(values, 12);
  const name = (month: number) => MONTH_NAMES[month] ?? '';
  return run ? `from ${name(run.first)} to ${name(run.last)}` : `in ${listed(values.map(name))}`;
}

function termsInWords(terms: readonly DayTerm[]): string {
  const days = terms.flatMap((term) => (term.kind === 'day' ? term.day : []));
  const weekdays = terms.flatMap((term) => (term.kind === 'weekday' ? term.weekday : []));
  const others = terms.flatMap((term) => otherTerm(term) ?? []);
  const plain = sorted(days);
  return listed(
    [
      ...(plain.length > 0
        ? [`on day${plain.length > 1 ? 's' : ''} ${daysInWords(plain)} of the month`]
        : []),
      ...(weekdays.length > 0 ? [weekdaysInWords(sorted(weekdays))] : []),
      ...others,
    ],
    'or',
  );
}

function daysInWords(days: readonly number[]): string {
  const run = seriesOf(
    days.map((day) => day - 1),
    31,
  );
  return run ? `${run.first + 1} to ${run.last + 1}` : listed(days);
}

/** A week begins with Monday here, so that a weekend is not torn apart. */
export function weekdaysInWords(weekdays: readonly number[]): string {
  const run = seriesOf(weekdays, 7);
  const name = (weekday: number) => WEEKDAY_NAMES[weekday] ?? '';
  if (run) return `from ${name(run.first)} to ${name(run.last)}`;
  return `on ${listed(weekdays.toSorted((a, b) => ((a + 6) % 7) - ((b + 6) % 7)).map(name))}`;
}

function otherTerm(term: DayTerm): string | null {
  switch (term.kind) {
    case 'day':
    case 'weekday':
      return null;
    case 'from-last':
      return term.back === 0
        ? 'on the last day of the month'
        : `${term.back} day${term.back > 1 ? 's' : ''} before the last day of the month`;
    case 'workday-near':
      return `on the working day nearest to day ${term.day} of the month`;
    case 'last-workday':
      return term.back === 0
        ? 'on the last working day of the month'
        : `on the working day nearest to ${term.back} days before the last of the month`;
    case 'nth-weekday':
      return `on the ${ordinal(term.nth)} ${WEEKDAY_NAMES[term.weekday] ?? ''} of the month`;
    case 'last-weekday':
      return `on the last ${WEEKDAY_NAMES[term.weekday] ?? ''} of the month`;
  }
}

const sorted = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);
